"""Writes json-known.json: lines and what Python's json makes of them. Run it again only to add lines."""
import json
import pathlib

lines = [
    r'{"a":"\u00e9\u65e5\ud83d\ude00\/\b\f\n\r\t\"\\","b":"é日😀/"}',
    r'{"k\u0065y":1,"key":2,"KEY":3}',
    r' { "a" : [ 1 , -0.0 , 1.50 , 1E+5 , 1e-7 , 0.1 ] , "b" : { "c" : { } , "d" : [ ] } } ',
    r'{"a":{"x":1,"y":{"z":1,"z":2},"x":3},"a2":[{"p":1,"p":null}]}',
    r'{"a":12345678901234567890,"b":-9223372036854775808,"c":9007199254740993}',
    r'{"":"","\u0000":"\u0000","\u001f":"\u007f"}',
    r'{"__proto__":{"__proto__":1},"constructor":"c","toString":null}',
    '{"a":"\u2028\u2029\ufeff\u00a0\u200b","\ufeff":1}',
    r'{"messages":[{"role":"user","content":"a\nb"},{"role":"assistant","content":"\"c\"","tool_calls":[]}]}',
    r'{"a":true,"b":false,"c":null,"d":[true,false,null]}',
    r'{"a":0.1,"b":1e22,"c":1e23,"d":5e-324,"e":1.7976931348623157e308,"f":-0.0}',
    '\t{"a"\t:\r1}\r',
]
known = []
for line in lines:
    value = json.loads(line)
    cells = {k: json.dumps(v, ensure_ascii=False, separators=(",", ":")) for k, v in value.items()}
    known.append({"line": line, "cells": cells})
path = pathlib.Path(__file__).with_name("json-known.json")
path.write_text(json.dumps(known, indent=1) + "\n")
