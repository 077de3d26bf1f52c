"""Converts the notes of measured.py to the data of coverage.py.    combine.py NOTES DATA

Lines of a script that has changed since then do not count. A script that no test ran counts with no lines.
"""

import glob
import hashlib
import os
import sys

from coverage import CoverageData

notes, target = sys.argv[1:]
scripts = {}
for path in glob.glob("worker-*/src/main/resources/sg/aiverify/worker/**/*.py", recursive=True):
    # Sample algorithms are not part of the worker, and scripts in images have tests with a real engine.
    if "/testkit/" not in path and not path.endswith("/image_probe.py"):
        with open(path, "rb") as file:
            scripts[hashlib.sha256(file.read()).hexdigest()] = os.path.abspath(path)
lines = {path: set() for path in scripts.values()}
with open(notes, encoding="ascii", errors="replace") as file:
    for note in file:
        content, _, line = note.rstrip("\n").partition(" ")
        if content in scripts and line.isdigit():  # some tests' algorithms write to every descriptor
            lines[scripts[content]].add(int(line))
if os.path.exists(target):
    os.remove(target)
data = CoverageData(target)
data.add_lines(lines)
data.touch_files(lines)
data.write()
