"""The peers' side of a bench row, as a process of its own: python peers.py ROW INPUT OUTPUT [ARG].

Prints one JSON object. Rows whose figure is a step inside the process give it as "seconds".
"""

import json
import sys
import time

row, source, target = sys.argv[1:4]
argument = sys.argv[4] if len(sys.argv) > 4 else ""


def timed(work, runs=5):
    """The median of some runs of `work`, in seconds."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return sorted(seconds)[len(seconds) // 2]


def duckdb_table(reader):
    import duckdb

    columns = '"ID", trim("Text Body") t, trim("Category") c, "Length", "Quality Score"'
    codec = argument or "zstd"
    duckdb.sql(f"copy (select distinct {columns} from {reader}('{source}')) to '{target}' (format parquet, compression {codec})")
    return {}


def make_parquet():
    import duckdb

    duckdb.sql(f"copy (select * from read_csv('{source}')) to '{target}' (format parquet, compression zstd)")
    return {}


def duckdb_plain():
    import duckdb

    duckdb.sql(f"copy (select distinct * from read_csv('{source}', max_line_size=20000000)) to '{target}' (format parquet, compression zstd)")
    return {}


def pandas_duplicates():
    import pandas

    frame = pandas.read_csv(source)
    return {"seconds": timed(frame.drop_duplicates), "rows": len(frame)}


def sklearn_rank():
    import numpy
    import polars
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = polars.read_csv(source)["Text Body"].to_list()

    def rank():
        vectorizer = TfidfVectorizer(max_features=1000, stop_words="english", ngram_range=(1, 2), min_df=2)
        score = numpy.asarray(vectorizer.fit_transform(texts).sum(axis=1)).ravel()
        return score / score.max()

    return {"seconds": timed(rank, 1), "rows": len(texts)}


def rensa_near():
    import polars
    from rensa import RMinHash, RMinHashLSH

    docs = [json.loads(line) for line in open(source, encoding="utf-8")]

    def shingles(text):
        words = text.split()
        return [" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2))]

    start = time.perf_counter()
    sketches = []
    for doc in docs:
        sketch = RMinHash(num_perm=128, seed=42)
        sketch.update(shingles(doc["text"]))
        sketches.append(sketch)
    index, kept = RMinHashLSH(threshold=0.8, num_perm=128, num_bands=16), []
    for i, sketch in enumerate(sketches):
        if not any(sketches[j].jaccard(sketch) >= 0.8 for j in index.query(sketch)):
            kept.append(i)
            index.insert(i, sketch)
    step = time.perf_counter() - start
    polars.DataFrame([docs[i] for i in kept]).write_parquet(target, compression="zstd")
    return {"step": step, "kept": len(kept)}


rows = {
    "duckdb-csv": lambda: duckdb_table("read_csv"),
    "duckdb-jsonl": lambda: duckdb_table("read_json"),
    "duckdb-parquet": lambda: duckdb_table("read_parquet"),
    "duckdb-plain": duckdb_plain,
    "make-parquet": make_parquet,
    "pandas-duplicates": pandas_duplicates,
    "sklearn-rank": sklearn_rank,
    "rensa-near": rensa_near,
}
print(json.dumps(rows[row]()))
