"""One measurement in a process of its own, for bench/python.mjs; prints a JSON object. Arguments: what, data set, more."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import sys
import time
from pathlib import Path
from typing import Any


def batches_ours(path: str, shuffle: str) -> dict[str, Any]:
    """All batches of 32 rows, by load_to_pytorch."""
    import torch  # noqa: F401

    import datagpu

    loader = datagpu.load_to_pytorch(path, 32, shuffle=shuffle == "shuffled")
    watch = Stopwatch()
    rows = sum(len(batch["id"]) for batch in loader)
    return {**watch.read(), "rows": rows}


def batches_datasets(path: str, shuffle: str) -> dict[str, Any]:
    """The same by `datasets` with set_format("torch"), from its cache, which is made before."""
    import datasets
    from torch.utils.data import DataLoader

    files = sorted(str(file) for file in Path(path).glob("*.parquet"))
    data = datasets.load_dataset("parquet", data_files=files, split="train")
    data.set_format("torch")
    loader = DataLoader(data, batch_size=32, shuffle=shuffle == "shuffled")
    watch = Stopwatch()
    rows = sum(len(batch["id"]) for batch in loader)
    return {**watch.read(), "rows": rows}


def random_rows(path: str, state: str) -> dict[str, Any]:
    """10,000 rows at random places, each by itself; by our loader and the Python DataGPU's.

    "opened": with opening the data set, for the first time: what DATAGPU_DECODED_CACHE names is removed before.
    "again": with opening it, after another process did the same.
    "warm": of one that was opened, and of which every part was read once.
    """
    if state == "opened":
        shutil.rmtree(os.environ["DATAGPU_DECODED_CACHE"], ignore_errors=True)
    import datagpu

    # Both are imported when they are used first.
    load = datagpu.load
    # The peer takes the data file's path for one from the working folder.
    os.chdir(path)
    watch = Stopwatch()
    data = load("manifest.yaml")
    if state == "warm":
        for place in range(0, len(data), 10_000):
            data[place]
        watch = Stopwatch()
    for place in random.Random(1).sample(range(len(data)), 10_000):
        data[place]
    return {**watch.read(), "rows": 10_000}


def importing() -> dict[str, Any]:
    """`import datagpu`."""
    watch = Stopwatch()
    import datagpu  # noqa: F401

    return {**watch.read()}


def iterating(path: str) -> dict[str, Any]:
    """Every row of a large data set as a dict."""
    import datagpu

    data = datagpu.load(path)
    watch = Stopwatch()
    rows = sum(1 for _ in data)
    return {**watch.read(), "rows": rows, "peakBytes": _peak()}


def loading(path: str) -> dict[str, Any]:
    """Every batch of a large data set, shuffled, by load_to_pytorch."""
    import datagpu

    loader = datagpu.load_to_pytorch(path, 1024)
    before = _peak()
    watch = Stopwatch()
    rows = sum(len(batch["id"]) for batch in loader)
    return {**watch.read(), "rows": rows, "peakBytes": _peak(), "torchBytes": before}


def multiply(path: str, target: str, decoded: str) -> dict[str, Any]:
    """A data set whose files are those of another again and again, until they hold so many bytes of decoded rows."""
    import pyarrow.parquet as pq
    import yaml

    source, out = Path(path), Path(target)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    manifest = yaml.safe_load((source / "manifest.yaml").read_text())
    (file,) = manifest["files"]
    metadata = pq.read_metadata(source / file["path"])
    size = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    count = -(-int(float(decoded)) // size)
    manifest["files"] = []
    for i in range(count):
        name = f"data-{i:05}-of-{count:05}.parquet"
        os.link(source / file["path"], out / name)
        manifest["files"].append({**file, "path": name})
    manifest["rows"] = file["rows"] * count
    (out / "manifest.yaml").write_text(yaml.safe_dump(manifest, sort_keys=False))
    return {"rows": manifest["rows"], "bytes": size * count}


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


class Stopwatch:
    """Seconds since it was made, by the clock and of this process's CPU."""

    def __init__(self) -> None:
        self._start = (time.perf_counter(), time.process_time())

    def read(self) -> dict[str, float]:
        return {"seconds": time.perf_counter() - self._start[0], "cpuSeconds": time.process_time() - self._start[1]}


MEASURES = {
    "batches-ours": batches_ours,
    "batches-datasets": batches_datasets,
    "random": random_rows,
    "import": importing,
    "iterating": iterating,
    "loading": loading,
    "multiply": multiply,
}

if __name__ == "__main__":
    print(json.dumps(MEASURES[sys.argv[1]](*sys.argv[2:])))
