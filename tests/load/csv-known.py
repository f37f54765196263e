"""Writes csv-known.json: small CSV texts as Python's csv module reads them, blank records left out.

    python csv-known.py > csv-known.json
"""
import csv, io, json

texts = [
    "a,b,c\n1,2,3\n",
    "a,b\r\n1,2\r\n3,4",
    "a,b\n\"1\",\"2\"\n",
    "a,b\n\"x, y\",\"line one\nline two\"\n",
    "a,b\n\"crlf\r\nwithin\",2\n",
    "a,b\n\"lone\rcr\",2\n",
    "a,b\n\"say \"\"hi\"\"\",\"\"\"\"\n",
    "a,b\n\"\",\n,\"\"\n",
    "a,b\n\"\"\"\",\"\"\"\"\"\"\n",
    "a,b\n5\" pipe,it's 6\"\n",
    "a,b\n x, \"y\"\n",
    "a,b\n\"padded\" ,2\n",
    "a,b\n\"padded\"\t,2\r\n",
    "a,b\nx\"y\"z,\"1\"\n",
    "a,b\nx\"\"y,2\n",
    "a\n\"\"\nx\n",
    "a\n\n\nx\n\n",
    "a,b\n,\n \n",
    "a;b\n1,5;2,5\n",
    "a\tb\n1 2\t\"3\t4\"\n",
    "a|b\n\"1|2\"|3\n",
    "a,b\n\u00e9,\u65e5\u672c\n\U0001f600,\u0000\n",
    "a,b\n'x','y'\n",
    "a,b\n\\,\\\"\n",
    "a,b\n1,2,\n3,4\n",
    "a,b\n#x,y\n1,2\n",
    "a,b\n" + "x" * 63 + "," + "y" * 64 + "\n\"" + "z" * 62 + "\"\"" + "\",1\n",
    "a,b\n" + "\"" + "q\"\"" * 100 + "\"," + "\n" + "v" * 200 + ",\"" + "\n" * 130 + "\"\n",
    "\"a\",\"b\"\n\"1\",\"2\"",
    "a,b\nlast,\"quoted\"",
    "a,b\nlast,",
]

known = []
for text in texts:
    head = text.split("\n")[0]
    delimiter = max(",;\t|", key=head.count)
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    known.append({"text": text, "delimiter": delimiter, "rows": rows})
print(json.dumps(known, indent=1))
