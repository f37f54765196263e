"""Writes python-numbers.json, python-times.json and ../clean/python-texts.json: what Python makes of numbers, times and texts.

    python3 tests/load/known-answers.py          (the tests themselves need no Python)
"""
import datetime, json, pathlib, random, re, struct, unicodedata

here = pathlib.Path(__file__).parent
rng = random.Random(4)


def write(path, rows):
    path.write_text("[\n" + ",\n".join(json.dumps(r) for r in rows) + "\n]\n")


def number(text):
    """[text, kind, value, canonical]: the value of an integer as text, of a float as its bits in hexadecimal."""
    if re.fullmatch(r"-?(0|[1-9][0-9]*)", text) and text != "-0":
        if -(2**63) <= int(text) < 2**63: return [text, "integer" if abs(int(text)) <= 2**53 else "bigInteger", text, True]
        return [text, "text", None, None]
    m = re.fullmatch(r"-?(0|[1-9][0-9]*)?(\.[0-9]+)?([eE][+-]?[0-9]+)?", text)
    if not m or not (m[1] or m[2]): return [text, "text", None, None]
    digits = ((m[1] or "") + (m[2] or "")[1:].rstrip("0")).lstrip("0")
    value = float(text)
    if len(digits) > 17 or value in (float("inf"), float("-inf")) or (value == 0 and digits.strip("0")): return [text, "text", None, None]
    return [text, "float", struct.pack(">d", value).hex(), repr(value) == text]


def some_numbers():
    yield from """0 -0 1 -1 007 -007 +1 1,234 1_000 9007199254740992 9007199254740993 -9007199254740993 9223372036854775807
        9223372036854775808 -9223372036854775808 -9223372036854775809 18446744073709551616 12345678901234567890 10000000000000000000
        0.0 -0.0 00.5 .5 -.5 5. . - -. 1.0 1.50 1e5 1E5 1e+5 1e+05 1e16 1e+16 1e+016 1.0e+16 1.5e+16 1e-05 1e-5 0.00001 0.0001 0.00012
        123456789012345.6 1234567890123456.0 9999999999999998.0 12345678901234567.0 1e400 -1e400 1e-400 4.9e-324 5e-324 2.5e-324 2.4e-324 2.2250738585072014e-308
        2.2250738585072011e-308 1.7976931348623157e308 1.7976931348623157e+308 1.7976931348623159e308 1.797693134862316e308
        0.1 0.30000000000000004 0.10000000000000001 0.1000000000000000055 9007199254740993.0 9007199254740991.0 100000.000000000000
        0.000000000000000000000000001 123e-5 1.e5 1e 1e+ e5 1e5.5 0x10 1f NaN inf Infinity -inf nan 1.7976931348623158e308 1e23 1E+23 1e22 1e+22 1e+23
        8.5e22 8.41e21 9.5367431640625e-07 2.0e-05 0.5e1 10e5 1.0000000000000002 1.00000000000000022 ٣ １ 1٣ 3.14.15 --1 1-1 2e308 1e-323 1e-324 0e5 0E400 -0e-400 0.0000 0e0""".split()
    for _ in range(250):
        value = struct.unpack("<d", rng.randbytes(8))[0]
        if value != value: continue
        yield repr(value)
        yield "%.16e" % value
        yield "%.15g" % value
    for _ in range(250):
        digits = str(rng.randrange(10 ** rng.randint(1, 20)))
        at = rng.randint(0, len(digits))
        text = rng.choice(["", "-"]) + digits[:at] + rng.choice(["", "."]) + digits[at:]
        yield text + rng.choice(["", "", "", f"e{rng.randint(-330, 310)}", f"E+{rng.randint(0, 25)}"])
    # Half-way between two doubles, and one digit of the seventeenth place beside it.
    for _ in range(100):
        odd = 2**53 + 2 * rng.randrange(2**51) + 1
        for text in (f"{odd}.0", f"{odd}e0", f"{odd}e{rng.randint(-20, 20)}"): yield text


def time(text):
    """[text, kind, value]: days, or microseconds as text, or null; and whether it is Python's isoformat."""
    shape = r"(\d{4}-\d\d-\d\d)(?:([T ])(\d\d:\d\d)(?:(:\d\d)(?:[.,](\d+))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?"
    m = re.fullmatch(shape, text, re.ASCII)
    try:
        if not m: raise ValueError
        if not m[2]: return [text, "date", datetime.date.fromisoformat(text).toordinal() - 719163, True]
        fraction = m[5] or ""
        if fraction[6:].strip("0"): raise ValueError
        zone = "" if m[6] in (None, "Z") else m[6]
        if len(zone) == 3: zone += ":00"
        plain = datetime.datetime.fromisoformat(f"{m[1]}T{m[3]}{m[4] or ':00'}.{fraction[:6].ljust(6, '0')}")
        offset = datetime.timedelta(0)
        if zone:
            hours, minutes = int(zone[1:3]), int(zone[-2:])
            if hours > 23 or minutes > 59: raise ValueError
            offset = datetime.timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)
        utc = plain - offset
        micros = str((utc - datetime.datetime(1970, 1, 1)) // datetime.timedelta(microseconds=1))
        return [text, "datetime" if m[6] else "localTime", micros, plain.isoformat() + ("Z" if m[6] == "Z" else "") == text]
    except (ValueError, OverflowError): return [text, "text", None, None]


def some_times():
    yield from """2024-02-29 2023-02-29 1900-02-29 2000-02-29 0001-01-01 0000-01-01 9999-12-31 10000-01-01 2024-13-01 2024-00-10 2024-04-31
        2024-1-1 24-01-01 20240101 2024-W05-1 2024-060 2024/01/01 01-02-2024 2024-01-01T 2024-01-01T12 2024-01-01T24:00 2024-01-01T23:59:60
        2024-01-01T12:34 2024-01-01T12:34Z 2024-01-01T12:34:56 2024-01-01T12:34:56.7 2024-01-01T12:34:56.789012 2024-01-01T12:34:56.7890120
        2024-01-01T12:34:56.7890121 2024-01-01T12:34:56,789 2024-01-01T12:34:56. 2024-01-01T12:34:56.000000 2024-01-01t12:34:56 2024-01-01T12:34:56z
        2024-01-01T12:34:56+02:00 2024-01-01T12:34:56-0830 2024-01-01T12:34:56+05 2024-01-01T12:34:56+24:00 2024-01-01T12:34:56+02:60
        2024-01-01T12:34:56+2:00 2024-01-01T12:34+02:00 0001-01-01T00:00:00+00:01 0001-01-01T00:00:00-00:01 9999-12-31T23:59:59.999999
        9999-12-31T23:59:59-00:01 9999-12-31T23:59:59+14:00 2024-01-01T12:34:5 2024-01-01T1234 2024-01-01T12:34:56.123456Z 1969-12-31T23:59:59.999999
        2024-01-01T12:34:56+00:00 2024-01-01T12:34:56-00:00 2024-01-01T12:60 2024-01-01T12:34:56ZZ 2024-01-01T12:34:56+02:00:00 12:34:56""".split()
    yield from ["2024-01-01 12:34:56", "2024-01-01 12:34", "2024-01-01  12:34", "2024-01-01 12:34:56 +0000", "2024-01-01 12:34:56.120000", "2024-01-01 00:00:00+01:00"]
    for _ in range(300):
        year, month, day = rng.choice([rng.randint(1, 9999), 1900, 2000, 2024, 2100]), rng.randint(0, 13), rng.randint(0, 32)
        date = f"{year:04}-{month:02}-{day:02}"
        yield date
        clock = f"{rng.randint(0, 24):02}:{rng.randint(0, 60):02}"
        if rng.random() < 0.8: clock += f":{rng.randint(0, 60):02}"
        if rng.random() < 0.4: clock += rng.choice(".,") + str(rng.randrange(10 ** rng.randint(1, 8)))
        yield date + rng.choice("TT ") + clock + rng.choice(["", "", "Z", "+01:00", "-11:30", "+0530", "-03"])


def text(value):
    """[value, what is left of it after cleaning]"""
    keep = lambda c: not (c <= "\x08" or c in "\x0b\x0c" or "\x0e" <= c <= "\x1f" or "\x7f" <= c <= "\x9f")
    space = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
    return [value, unicodedata.normalize("NFC", "".join(c for c in value if keep(c))).strip(space)]


def some_texts():
    # Assigned in the Unicode version of this Python, which is older than that of the tables.
    assigned = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Cs")]
    changing = [c for c in assigned if unicodedata.normalize("NFD", c) != c or unicodedata.combining(c)]
    hot = changing + [chr(c) for c in (*range(0xA0), 0x1680, *range(0x2000, 0x2030), 0x205F, 0x3000, 0xFEFF)]
    for _ in range(500):
        pool = rng.choice([hot, assigned, hot + list("abc   éñ中")])
        yield "".join(rng.choice(pool) for _ in range(rng.randint(1, 12)))
    for jamo in ("\u1100\u1161\u11a8", "\uac00\u11a8", "e\u0301", "e\x01\u0301", "\u0301e", "a\u0323\u0307", "a\u0307\u0323", "\u0958", "\u2126", "\u1e9b\u0323"): yield jamo


write(here / "python-numbers.json", [number(t) for t in dict.fromkeys(some_numbers())])
write(here / "python-times.json", [time(t) for t in dict.fromkeys(some_times())])
write(here / "../clean/python-texts.json", [text(t) for t in dict.fromkeys(some_texts())])
