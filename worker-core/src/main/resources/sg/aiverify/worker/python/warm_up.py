"""Imports the modules that an algorithm needs, before a run exists. Then waits for the run.

A prepared process serves only one run. A failed import is ignored, since the run repeats the import and reports the error.
The algorithm's own code is read but not executed.
"""

import ast
import logging
import os
import select
from pathlib import Path

MAX_FILES = 500
MAX_BYTES = 1 << 20
SKIPPED = {"tests", "test", "output", "__pycache__", ".git", ".venv"}
USUAL = (("sklearn.pipeline", ()), ("sklearn.ensemble", ()))  # most models use these

log = logging.getLogger("aiverify.runner")


def wait(plugin, preload, channel):
    """Calls `preload`, then imports the modules that a plug-in imports. Returns True when the run begins, or False if there
    will be no run."""
    request = os.dup(0)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    if warm_up(Path(plugin), preload, lambda: bool(select.select([request], [], [], 0)[0])):
        channel.send("ready")
    content = os.read(request, 1)
    os.close(request)
    return bool(content)


def warm_up(plugin, preload, has_run):
    """Imports modules until all are imported, or until `has_run` returns true. Returns whether all were imported."""
    steps = [preload]
    for module, names in (*imports_of_others(plugin), *USUAL):
        steps.append(lambda module=module, names=names: __import__(module, fromlist=names))
    for step in steps:
        if has_run():
            return False
        try:
            step()
        except (Exception, SystemExit) as error:
            log.debug("An import failed, and the run will repeat it: %s", error)
    return True


def imports_of_others(plugin):
    """Lists (module, names) of the imports in a plug-in's files, without the plug-in's own modules. The names are imported from
    the module, and can also be modules."""
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
    """Returns the names of all modules and directories of a plug-in, since it can add any of its directories to the path."""
    names = set()
    for _, below, files in os.walk(plugin):
        names.update(below)
        names.update(Path(file).stem for file in files if file.endswith(".py"))
    return names


def source_files(plugin):
    """Lists a plug-in's Python files, except its tests."""
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
    """Yields the imports of a module, except imports in functions and conditional imports."""
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
