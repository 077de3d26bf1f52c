"""Imports what an algorithm will need while there is nothing to do yet, and waits for the word to go on.

A process that has warmed up serves one run and no other. What fails here is left to the run, which imports it again
and tells what is wrong. The algorithm's own code is not run, only read.
"""

import ast
import logging
import os
import select
from pathlib import Path

MAX_FILES = 500
MAX_BYTES = 1 << 20
SKIPPED = {"tests", "test", "output", "__pycache__", ".git", ".venv"}
USUAL = (("sklearn.pipeline", ()), ("sklearn.ensemble", ()))  # most models are made of these

log = logging.getLogger("aiverify.runner")


def wait(plugin, preload, channel):
    """Imports with `preload`, then what the plug-in in a directory names. Returns when told; False if nobody will."""
    told = os.dup(0)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    if warm_up(Path(plugin), preload, lambda: bool(select.select([told], [], [], 0)[0])):
        channel.send("ready")
    content = os.read(told, 1)
    os.close(told)
    return bool(content)


def warm_up(plugin, preload, is_told):
    """Imports until all is there or `is_told` says that there is work. Returns whether all is there."""
    steps = [preload]
    for module, names in (*foreign_imports(plugin), *USUAL):
        steps.append(lambda module=module, names=names: __import__(module, fromlist=names))
    for step in steps:
        if is_told():
            return False
        try:
            step()
        except (Exception, SystemExit) as error:
            log.debug("Left to the run: %s", error)
    return True


def foreign_imports(plugin):
    """Lists what a plug-in's files import when they are imported, without what is its own: modules, each with the
    names that are taken from it, which may be modules as well."""
    own = own_names(plugin)
    found = {}
    for file in source_files(plugin):
        try:
            tree = ast.parse(file.read_bytes())
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for module, names in imports(tree):
            if module.partition(".")[0] not in own:
                found[module, names] = True
    return list(found)


def own_names(plugin):
    """Gives the names of all that a plug-in may import of itself: it may put any of its directories on the path."""
    names = set()
    for _, below, files in os.walk(plugin):
        names.update(below)
        names.update(Path(file).stem for file in files if file.endswith(".py"))
    return names


def source_files(plugin):
    """Lists a plug-in's files of Python, not its tests."""
    found = []
    for directory, below, names in os.walk(plugin):
        below[:] = sorted(set(below) - SKIPPED)
        for name in sorted(names):
            file = Path(directory, name)
            if file.suffix == ".py" and not name.startswith(("test_", "conftest")) and file.is_file():
                if file.stat().st_size <= MAX_BYTES:
                    found.append(file)
    return found[:MAX_FILES]


def imports(node):
    """Gives what code imports at once: not what lies in a function, or depends on a condition."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If):
            continue
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield alias.name, ()
        elif isinstance(child, ast.ImportFrom):
            if child.level == 0 and child.module:
                yield child.module, tuple(alias.name for alias in child.names)
        elif not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield from imports(child)
