"""Makes the files that the Parquet tests read, and what pyarrow reads in them.

    python tests/load/parquet/make.py          (needs pyarrow 26 and numpy; the tests themselves need neither)

Every variant of a table holds the same values, written by other codecs, encodings, page versions and page sizes;
`<table>.json` has the values in the form that canonical.ts gives them.
"""
import datetime, decimal, json, pathlib, random, struct, uuid
import numpy as np
import pyarrow as pa, pyarrow.parquet as pq

here = pathlib.Path(__file__).parent / "files"
here.mkdir(exist_ok=True)
random.seed(20251123)
rows = 130
texts = ["", "a", "naïve", "日本語", "\U0001f600 smile", "line\nbreak", "tab\tand \"quotes\"", "x" * 300, "\u0000nul", "e\u0301"]


def nulls(values, share=5):
    return [None if random.randrange(share) == 0 else v for v in values]


def ints(bits, signed):
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2 ** bits - 1)
    return [low, high, 0, 1] + [random.randint(low, high) for _ in range(rows - 4)]


def decimals(precision, scale):
    top = 10 ** precision - 1
    context = decimal.Context(prec=60)
    return [decimal.Decimal(v).scaleb(-scale, context) for v in [top, -top, 0, 1, -1] + [random.randint(-top, top) for _ in range(rows - 5)]]


def floats(top):
    return [0.0, -0.0, float("inf"), float("-inf"), float("nan"), 1.5, top] + [random.uniform(-top / 4, top / 4) for _ in range(rows - 7)]


def column(type, values, share=5):
    return pa.array(nulls(values, share), type)


stamps = [0, -1, 1, 253402300799999999, -62135596800000000] + [random.randint(-10 ** 15, 2 * 10 ** 15) for _ in range(rows - 5)]
milli = [s // 1000 for s in stamps]
nano = [0, -1, 1, 2 ** 63 - 1, -(2 ** 63) + 1] + [random.randint(-2 ** 62, 2 ** 62) for _ in range(rows - 5)]
words = [random.choice(texts) for _ in range(rows)]
flat = pa.table({
    "bool": column(pa.bool_(), [random.random() < 0.5 for _ in range(rows)]),
    **{f"int{b}": column(pa.from_numpy_dtype(f"int{b}"), ints(b, True)) for b in (8, 16, 32, 64)},
    **{f"uint{b}": column(pa.from_numpy_dtype(f"uint{b}"), ints(b, False)) for b in (8, 16, 32, 64)},
    "half": pa.array([None if v is None else np.float16(v) for v in nulls(floats(60000.0))], pa.float16()),
    "float": column(pa.float32(), floats(3e38)),
    "double": column(pa.float64(), floats(1e308)),
    "decimal9": column(pa.decimal128(9, 2), decimals(9, 2)),
    "decimal18": column(pa.decimal128(18, 4), decimals(18, 4)),
    "decimal38": column(pa.decimal128(38, 10), decimals(38, 10)),
    "date": column(pa.date32(), [random.randint(-700000, 2900000) for _ in range(rows)]),
    "time_ms": column(pa.time32("ms"), [random.randrange(86400000) for _ in range(rows)]),
    "time_us": column(pa.time64("us"), [random.randrange(86400000000) for _ in range(rows)]),
    "time_ns": column(pa.time64("ns"), [random.randrange(86400000000000) for _ in range(rows)]),
    "ts_ms": column(pa.timestamp("ms"), milli),
    "ts_us": column(pa.timestamp("us"), stamps),
    "ts_ns": column(pa.timestamp("ns"), nano),
    "ts_ms_utc": column(pa.timestamp("ms", "UTC"), milli),
    "ts_us_utc": column(pa.timestamp("us", "UTC"), stamps),
    "ts_ns_utc": column(pa.timestamp("ns", "UTC"), nano),
    "text": column(pa.string(), words),
    "large": column(pa.large_string(), [f"{i} {random.choice(texts)}" for i in range(rows)]),
    "few": column(pa.dictionary(pa.int32(), pa.string()), [random.choice("abc") for _ in range(rows)]),
    "binary": column(pa.binary(), [random.randbytes(random.randrange(9)) for _ in range(rows)]),
    "fixed": column(pa.binary(3), [random.randbytes(3) for _ in range(rows)]),
    "uuid": pa.array(nulls([uuid.UUID(int=random.getrandbits(128)).bytes for _ in range(rows)]), pa.uuid()),
    "nothing": pa.nulls(rows),
    "only_nulls": pa.array([None] * rows, pa.int64()),
})
required = pa.table(
    [pa.array(ints(64, True)), pa.array([str(w) for w in words]), pa.array([i % 3 == 0 for i in range(rows)])],
    pa.schema([pa.field("id", pa.int64(), False), pa.field("text", pa.string(), False), pa.field("flag", pa.bool_(), False)]),
)


def some(make, most=4):
    """Lists: null, empty, and of a few values, null ones among them."""
    return nulls([nulls([make() for _ in range(random.randrange(most))], 6) for _ in range(rows)], 7)


word = lambda: random.choice(texts)
number = lambda: random.randint(-10 ** 12, 10 ** 12)
message = lambda: {"role": random.choice(["system", "user", "assistant", None]), "content": word()}
message_type = pa.struct([("role", pa.string()), ("content", pa.string())])
deep_type = pa.struct([("a", pa.struct([("b", pa.list_(pa.struct([("c", pa.int16()), ("d", pa.list_(pa.bool_()))])))])), ("e", pa.decimal128(12, 3))])
deep = lambda: {"a": random.choice([None, {"b": random.choice([None, [], [None, {"c": random.randrange(99), "d": random.choice([None, [], [True, None]])}]])}]), "e": random.choice([None, decimal.Decimal("1.250")])}
nested = pa.table({
    "ints": pa.array(some(number), pa.list_(pa.int64())),
    "words": pa.array(some(word), pa.list_(pa.string())),
    "messages": pa.array(some(message), pa.list_(message_type)),
    "struct": pa.array(nulls([message() for _ in range(rows)]), message_type),
    "map": pa.array(nulls([[(f"k{i}", random.choice([None, number()])) for i in range(random.randrange(4))] for _ in range(rows)]), pa.map_(pa.string(), pa.int64())),
    "lists": pa.array(some(lambda: random.choice([None, [], [number(), None], [1, 2, 3]])), pa.list_(pa.list_(pa.int32())) if False else pa.list_(pa.list_(pa.int64()))),
    "large": pa.array(some(word), pa.large_list(pa.string())),
    "pair": pa.array([[random.random(), random.random()] for _ in range(rows)], pa.list_(pa.float64(), 2)),
    "deep": pa.array(nulls([deep() for _ in range(rows)]), deep_type),
    "long": pa.array([[number() for _ in range(200 if i == 60 else 2)] for i in range(rows)], pa.list_(pa.int64())),
})


def canon(a):
    """The values of an array as canonical.ts writes them."""
    t = a.type
    if isinstance(a, pa.ChunkedArray): return [v for c in a.chunks for v in canon(c)]
    if isinstance(t, pa.BaseExtensionType): return canon(a.storage)
    if pa.types.is_dictionary(t): return canon(a.dictionary_decode())
    plain = lambda f: [None if v is None else f(v) for v in a.to_pylist()]
    raw = lambda as_type: [None if not ok else v for ok, v in zip(a.is_valid().to_pylist(), a.view(as_type).to_pylist())]
    prefixed = lambda prefix, values: [None if v is None else f"{prefix}{v}" for v in values]
    if pa.types.is_null(t): return [None] * len(a)
    if pa.types.is_boolean(t): return a.to_pylist()
    if pa.types.is_integer(t): return plain(lambda v: f"i{v}")
    if pa.types.is_float16(t): return prefixed("h", raw(pa.uint16()))
    if pa.types.is_floating(t): return plain(lambda v: "fnan" if v != v else "f%016x" % struct.unpack(">Q", struct.pack(">d", v))[0])
    if pa.types.is_decimal(t): return plain(lambda v: f"d{int(v.scaleb(t.scale, decimal.Context(prec=100)))}e{t.scale}")
    if pa.types.is_date32(t): return prefixed("D", raw(pa.int32()))
    if pa.types.is_time(t): return prefixed(f"t{t.unit}", raw(pa.int32() if t.bit_width == 32 else pa.int64()))
    if pa.types.is_timestamp(t): return prefixed(f"T{t.unit}", raw(pa.int64()))
    if pa.types.is_string(t) or pa.types.is_large_string(t): return plain(lambda v: f"s{v}")
    if pa.types.is_binary(t) or pa.types.is_fixed_size_binary(t): return plain(lambda v: f"b{v.hex()}")
    ok = a.is_valid().to_pylist()
    if pa.types.is_struct(t):
        fields = [canon(a.field(i)) for i in range(t.num_fields)]
        return [[f[i] for f in fields] if ok[i] else None for i in range(len(a))]
    if pa.types.is_fixed_size_list(t):
        items = canon(a.values)
        return [items[i * t.list_size:(i + 1) * t.list_size] if ok[i] else None for i in range(len(a))]
    offsets = a.offsets.to_pylist()
    if pa.types.is_map(t): items = [list(pair) for pair in zip(canon(a.keys), canon(a.items))]
    else: items = canon(a.values)
    return [items[offsets[i]:offsets[i + 1]] if ok[i] else None for i in range(len(a))]


def expect(name, table):
    values = {n: canon(table.column(n).combine_chunks()) for n in table.column_names}
    (here / f"{name}.json").write_text(json.dumps(values, ensure_ascii=True, separators=(",", ":")) + "\n")


small = {"data_page_size": 100, "write_batch_size": 8, "max_rows_per_page": 16}
delta = {"use_dictionary": False, "data_page_version": "2.0"}
for name, table in {"flat": flat, "nested": nested, "required": required}.items():
    expect(name, table)
    write = lambda variant, **options: pq.write_table(table, here / f"{name}-{variant}.parquet", store_schema=False, **options)
    write("v1-snappy", compression="snappy", row_group_size=50, **small)
    write("v2-zstd", compression="zstd", data_page_version="2.0", row_group_size=70, **small)
    write("plain-gzip", compression="gzip", use_dictionary=False)
    write("brotli-crc", compression="brotli", write_page_checksum=True, write_page_index=True)
    write("lz4", compression="lz4", use_dictionary=False, data_page_version="2.0", **small)

encodings = {}
for field in flat.schema:
    t = field.type
    if pa.types.is_integer(t) or pa.types.is_date(t) or pa.types.is_time(t) or pa.types.is_timestamp(t): encodings[field.name] = "DELTA_BINARY_PACKED"
    elif pa.types.is_floating(t) or pa.types.is_decimal(t): encodings[field.name] = "BYTE_STREAM_SPLIT"
    elif field.name == "text": encodings[field.name] = "DELTA_BYTE_ARRAY"
    elif field.name in ("large", "binary"): encodings[field.name] = "DELTA_LENGTH_BYTE_ARRAY"
    elif field.name in ("fixed", "uuid"): encodings[field.name] = "DELTA_BYTE_ARRAY"
    elif field.name == "bool": encodings[field.name] = "RLE"
encodings["half"] = "BYTE_STREAM_SPLIT"
pq.write_table(flat, here / "flat-delta.parquet", column_encoding=encodings, compression="none", store_schema=False, **delta)

times = flat.select(["ts_us"])
expect("int96", times.set_column(0, "ts_us", pa.array([None if v is None else v for v in times.column(0).cast(pa.int64()).to_pylist()], pa.int64()).cast(pa.timestamp("us"))))
within = pa.table({"ts_ns": flat.column("ts_ns")})
expect("int96-fine", within)
pq.write_table(within, here / "int96-fine.parquet", use_deprecated_int96_timestamps=True, store_schema=False)
coarse = pa.table({"ts_us": pa.array([None if v is None or abs(v) > 9 * 10 ** 15 else v * 1000 for v in flat.column("ts_us").cast(pa.int64()).to_pylist()], pa.timestamp("ns"))})
expect("int96", pa.table({"ts_us": coarse.column(0).cast(pa.timestamp("us"))}))
pq.write_table(coarse, here / "int96.parquet", use_deprecated_int96_timestamps=True, store_schema=False)

# What must be refused, or read in pieces.
bad = pa.StringArray.from_buffers(3, pa.py_buffer(struct.pack("<4i", 0, 1, 3, 4)), pa.py_buffer(b"a\xc3(b"))
pq.write_table(pa.table({"text": bad}), here / "bad-utf8.parquet", use_dictionary=False, compression="none")
split = pa.StringArray.from_buffers(2, pa.py_buffer(struct.pack("<3i", 0, 2, 4)), pa.py_buffer("a\u00e9b".encode()))
pq.write_table(pa.table({"text": split}), here / "bad-utf8-split.parquet", use_dictionary=False, compression="none")
pq.write_table(pa.table({"text": ["a" * 280_000_000]}), here / "bomb.parquet", use_dictionary=False, compression="zstd", write_statistics=False)
pq.write_table(pa.table({"n": range(100), "text": ["%07d" % i + "a" * 999_993 for i in range(100)]}), here / "large-page.parquet", use_dictionary=False, compression="zstd", write_statistics=False, data_page_size=2 ** 30, write_batch_size=10 ** 6, max_rows_per_page=10 ** 6)
pq.write_table(pa.table({"text": ["b" * 100_000] * 5000}), here / "expanding.parquet", compression="zstd", write_statistics=False)
pq.write_table(pa.table({"flag": [True] * 300_000}), here / "many-rows.parquet", compression="zstd", row_group_size=200_000)
pq.write_table(flat.slice(0, 0).select(["int64", "text"]), here / "no-rows.parquet")
