"""Compiling in a notebook: a real kernel of Jupyter, asked as a notebook asks it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest
from jupyter_client.manager import KernelManager

SOURCE = Path(__file__).parents[1] / "src"


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source that takes a second or more."""
    file = tmp_path_factory.mktemp("notebook") / "rows.csv"
    with open(file, "w") as out:
        out.write("id,text\n")
        out.writelines(f"{i},words {i % 977} of {i * 7919} and more {i % 31}\n" for i in range(600_000))
    return file


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Iterator[KernelManager]:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(SOURCE), os.environ.get("PYTHONPATH", "")]))
    manager = KernelManager()
    manager.start_kernel()
    yield manager
    manager.shutdown_kernel(now=True)


def _messages(client: Any, code: str, interrupt: Any = None) -> list[dict[str, Any]]:
    """What the kernel says while it runs some code, until it is idle."""
    asked = client.execute(code)
    said: list[dict[str, Any]] = []
    while True:
        message = client.get_iopub_msg(timeout=120)
        if message["parent_header"].get("msg_id") != asked:
            continue
        said.append(message)
        if interrupt is not None and message["msg_type"] == "display_data":
            interrupt()
            interrupt = None
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            return said


def _client(manager: KernelManager) -> Any:
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    return client


def test_progress_is_one_output_that_is_replaced(kernel: KernelManager, rows: Path, tmp_path: Path) -> None:
    code = f"import datagpu; data = datagpu.compile({str(rows)!r}, out={str(tmp_path / 'out')!r}, cache=False); len(data)"
    said = _messages(_client(kernel), code)
    kinds = [message["msg_type"] for message in said]
    assert "error" not in kinds and "stream" not in kinds, said
    shown = [m for m in said if m["msg_type"] in ("display_data", "update_display_data")]
    assert [m["msg_type"] for m in shown] == ["display_data"] + ["update_display_data"] * (len(shown) - 1)
    assert len({m["content"]["transient"]["display_id"] for m in shown}) == 1
    texts = [m["content"]["data"]["text/plain"] for m in shown]
    assert len(texts) >= 3 and texts[-1].startswith("compiled in ")
    shares = [float(text.split("%")[0].split()[-1]) for text in texts[:-1]]
    assert shares == sorted(shares) and shares[0] >= 0 and shares[-1] <= 100
    assert all("━" in text or "─" in text for text in texts[:-1])
    (result,) = [m["content"]["data"]["text/plain"] for m in said if m["msg_type"] == "execute_result"]
    assert int(result) > 0


def test_a_notebook_keeps_its_last_output(kernel: KernelManager, rows: Path, tmp_path: Path) -> None:
    code = f"import datagpu\ndata = datagpu.compile({str(rows)!r}, out={str(tmp_path / 'out')!r}, cache=False)"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code), nbformat.v4.new_code_cell("data[0]")])
    nbclient.NotebookClient(notebook, timeout=120, km=kernel).execute()
    (output,) = notebook.cells[0].outputs
    assert output["data"]["text/plain"].startswith("compiled in ")
    assert "'text': " in notebook.cells[1].outputs[0]["data"]["text/plain"]


def test_the_stop_button_ends_the_compile(kernel: KernelManager, rows: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    client = _client(kernel)
    compiling = f"import datagpu; datagpu.compile({str(rows)!r}, out={str(out)!r}, cache=False)"
    began = time.monotonic()
    said = _messages(client, compiling, kernel.interrupt_kernel)
    (error,) = [m["content"] for m in said if m["msg_type"] == "error"]
    assert error["ename"] == "KeyboardInterrupt"
    assert not (out / "manifest.yaml").exists() and not out.exists()
    assert time.monotonic() - began < 60
    # The kernel goes on, and the same compile can be made.
    again = _messages(client, f"{compiling}.manifest['rows']")
    (result,) = [m["content"]["data"]["text/plain"] for m in again if m["msg_type"] == "execute_result"]
    assert json.loads(result) > 0
