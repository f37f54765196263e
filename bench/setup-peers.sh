#!/usr/bin/env bash
# Installs what the bench compares with into a Python environment of its own: bench/.venv (and bench/.venv-datagpu for the
# Python tool of the same name, whose pinned dependencies differ).
set -eu
cd "$(dirname "$0")"
python3 -m venv .venv
.venv/bin/pip install --quiet duckdb==2.0.* polars==2.1.* pandas==3.1.* pyarrow scikit-learn==1.9.* rensa==0.5.*
python3 -m venv .venv-datagpu
.venv-datagpu/bin/pip install --quiet datagpu==0.1.1
