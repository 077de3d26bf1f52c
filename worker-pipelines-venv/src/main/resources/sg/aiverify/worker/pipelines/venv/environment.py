"""Prepares Python environments.

    python environment.py create DIRECTORY PATH...        a virtual environment that also sees the packages in PATH...
    python environment.py finish DIRECTORY                makes its scripts independent of the place it was made at, and
                                                          compiles what is not compiled

Answers with one line of JSON on standard output. Runs in the base interpreter, 3.10 to 3.12, with the standard library;
nothing of what is installed in the environment runs here.
"""

import compileall
import glob
import json
import os
import resource
import sys

MAX_COMPILER_MEMORY = 2 << 30  # in bytes for each processor: a source file can take hundreds of times its length
MAX_SCRIPT = 16 << 20  # what is larger is no script


def create(directory, paths):
    """Makes a virtual environment without pip that sees the packages in `paths` behind its own."""
    import venv

    venv.EnvBuilder(with_pip=False, symlinks=True).create(directory)
    packages = glob.glob(os.path.join(directory, "lib", "python3*", "site-packages"))[0]
    if paths:
        lines = "; ".join(f"site.addsitedir({path!r})" for path in paths)
        with open(os.path.join(packages, "_interpreter.pth"), "w", encoding="utf-8") as file:
            file.write(f"import site; {lines}\n")
    return {"python": os.path.join(directory, "bin", "python")}


def finish(directory):
    """Lets the scripts in bin find their interpreter beside themselves, wherever the environment is moved to."""
    python = os.path.join(directory, "bin", "python").encode()
    launcher = b"#!/bin/sh\n'''exec' \"$(dirname -- \"$(realpath -- \"$0\")\")/python\" \"$0\" \"$@\"\n' '''\n"
    changed = 0
    for path in glob.glob(os.path.join(directory, "bin", "*")):
        if os.path.islink(path) or not os.path.isfile(path) or os.path.getsize(path) > MAX_SCRIPT:
            continue
        with open(path, "rb") as file:
            lines = file.read().splitlines(keepends=True)
        if lines and lines[0].startswith(b"#!" + python):
            rest = lines[1:]
        elif len(lines) > 2 and lines[0].startswith(b"#!/bin/sh") and python in lines[1]:
            rest = lines[3:]  # installers write these three lines where the path is too long for the first
        else:
            continue
        with open(path, "wb") as file:
            file.write(launcher + b"".join(rest))
        changed += 1
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    most = MAX_COMPILER_MEMORY if hard == resource.RLIM_INFINITY else min(MAX_COMPILER_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    for packages in glob.glob(os.path.join(directory, "lib", "python3*", "site-packages")):
        try:
            compileall.compile_dir(packages, quiet=2, workers=0)
        except Exception as error:  # a file that ends the compiler
            sys.stderr.write(f"not all could be compiled: {error}\n")
    return {"scripts": changed}


def main(arguments):
    """Runs one command."""
    command, *rest = arguments
    if command == "create":
        answer = create(rest[0], rest[1:])
    elif command == "finish":
        answer = finish(rest[0])
    else:
        raise ValueError(command)
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
