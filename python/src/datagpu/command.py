"""The command `datagpu`: the compiler's own command line, run by a Node.js that is new enough."""

from __future__ import annotations

import os
import subprocess
import sys

from .errors import DatagpuError
from .node import compiler_folder, find_node


def main() -> int:
    """Runs the command line of this process; the exit code is the compiler's."""
    try:
        words = [find_node(), str(compiler_folder() / "bin" / "datagpu.js"), *sys.argv[1:]]
    except DatagpuError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if os.name != "nt":
        # The terminal, its signals and the exit code are then Node's own.
        os.execv(words[0], words)
    process = subprocess.Popen(words)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # The console gave it to Node as well, which ends in its own time.
            continue


if __name__ == "__main__":
    sys.exit(main())
