"""Prepares Python environments.

    python environment.py create DIRECTORY PATH...        creates a virtual environment that also sees the packages in
                                                          PATH...
    python environment.py finish DIRECTORY                makes the environment's scripts independent of its path,
                                                          and compiles modules that are not compiled yet

Writes one line of JSON to standard output. Runs in the base interpreter, Python 3.10 to 3.12, with only the standard library.
Does not run code of the packages in the environment.
"""

import compileall
import glob
import json
import os
import resource
import sys

MAX_COMPILER_MEMORY = 2 << 30  # in bytes for each processor: a source file can take hundreds of times its length
MAX_SCRIPT = 16 << 20  # in bytes; a larger file is not a script


def create(directory, paths):
    """Creates a virtual environment without pip. It finds its own packages first, then those in `paths`."""
    import venv

    venv.EnvBuilder(with_pip=False, symlinks=True).create(directory)
    packages = glob.glob(os.path.join(directory, "lib", "python3*", "site-packages"))[0]
    if paths:
        lines = "; ".join(f"site.addsitedir({path!r})" for path in paths)
        with open(os.path.join(packages, "_interpreter.pth"), "w", encoding="utf-8") as file:
            file.write(f"import site; {lines}\n")
    return {"python": os.path.join(directory, "bin", "python")}


def finish(directory):
    """Changes the scripts in bin so that they use the interpreter in their own directory. So the environment can be moved.

    Then compiles the packages, within a memory limit.
    """
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
            rest = lines[3:]  # installers write three lines if the path is too long for the first one
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
        except Exception as error:  # such as a source file that needs too much memory
            sys.stderr.write(f"not all modules could be compiled: {error}\n")
    return {"scripts": changed}


def main(arguments):
    """Runs one command."""
    command, *rest = arguments
    if command == "create":
        response = create(rest[0], rest[1:])
    elif command == "finish":
        response = finish(rest[0])
    else:
        raise ValueError(command)
    sys.stdout.write(json.dumps(response) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
