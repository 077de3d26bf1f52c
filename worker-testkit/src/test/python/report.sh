#!/bin/sh
# Reports the coverage of the worker's Python scripts with coverage.py; fails if it is below the limit.
set -eu
root=$(cd "$(dirname "$0")/../../../.." && pwd)
place=$root/target/python-coverage
python=$place/venv/bin/python
[ -x "$python" ] || python3 -m venv "$place/venv"
"$python" -c 'import coverage' 2>/dev/null || "$python" -m pip install -q --disable-pip-version-check coverage==7.17.3
cd "$root"
"$python" "$root/worker-testkit/src/test/python/combine.py" "$place/lines" "$place/data"
export COVERAGE_FILE="$place/data" COVERAGE_RCFILE=/dev/null
"$python" -m coverage html -q -d "$place/html"
"$python" -m coverage report -m --fail-under="${1:-90}"
