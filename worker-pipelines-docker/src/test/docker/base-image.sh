#!/usr/bin/env bash
# Builds the base image for the tests, if it cannot be pulled: Debian's Python with aiverify-test-engine.
# Needs root, debootstrap, a Docker engine and a Python 3 with pip. Takes about two minutes; does nothing if the image
# exists.
set -euo pipefail
name=${1:-aiverify-test-engine-worker-base}
python=${PYTHON:-python3}

if docker image inspect "$name" > /dev/null 2>&1; then
  echo "The image $name exists"
  exit 0
fi
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
debootstrap --variant=minbase --include=python3,python3-pip,python3-venv bookworm "$root" > "$root.log" ||
  { tail -n 20 "$root.log"; exit 1; }
rm -f "$root.log"
version=$(chroot "$root" python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
# Uses this machine's pip, since it can reach a package index, but takes wheels for the image's Python.
"$python" -m pip install -q --disable-pip-version-check --no-compile --only-binary :all: --python-version "$version" \
  --target "$root/usr/local/lib/python$version/dist-packages" aiverify-test-engine
# Imports the packages of every run, which compiles them. A container cannot keep that, so each run would compile again.
chroot "$root" python3 -I -c '
from pathlib import Path
import aiverify_test_engine, sklearn.ensemble, sklearn.linear_model, sklearn.pipeline
from aiverify_test_engine.plugins.plugins_manager import PluginManager
PluginManager.discover(str(Path(aiverify_test_engine.__file__).parent))'
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,locale,man}
tar -c -C "$root" . | docker import - "$name" > /dev/null
echo "Built the image $name with Python $version"
