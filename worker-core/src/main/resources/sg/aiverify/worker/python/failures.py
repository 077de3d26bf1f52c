"""Says what an exception of an algorithm means, so that its author finds the place: first the exception itself, then
the way that led there through the author's files, without the worker's and the import system's part of it."""

import os
import sys
import traceback
from pathlib import Path

OWN = os.path.dirname(os.path.abspath(__file__)) + os.sep
IMPORTING = ("<frozen importlib", "<frozen runpy", "<frozen zipimport")
IMPORTLIB = os.sep + os.path.join("importlib", "__init__.py")
PACKAGES = ("/site-packages/", "/dist-packages/")
MAX_CHAIN = 10

runner = sys.modules["aiverify_worker_runner"]


def described(error, root):
    """Says in words what an exception means. `root` is the algorithm's directory, a Path; names of files below it are
    relative. Of what the submitter can do something about the text alone; else the exception, with the place of a
    mistake in Python's grammar, and the traceback."""
    if isinstance(error, runner.TaskError):
        return str(error)
    try:
        told = traceback.TracebackException(type(error), error, error.__traceback__)
        cut(told, root)
        return f"{sentence(error, told)}\n{''.join(told.format()).rstrip()}"
    except BaseException:  # the exception is foreign code, and may raise another when it is asked for its words
        return type(error).__name__


def sentence(error, told):
    """Says what was raised."""
    if isinstance(error, SystemExit):
        return f"The algorithm ended its process with exit({error.code!r})"
    if isinstance(error, SyntaxError) and told.filename and told.lineno:
        return f"{type(error).__name__}: {error.msg}, in {told.filename}, line {told.lineno}"
    return "".join(told.format_exception_only()).strip()


def cut(told, root, depth=0):
    """Leaves out what is not the author's, in an exception and in those that led to it."""
    if told is None or depth == MAX_CHAIN:
        return
    frames = [frame for frame in told.stack if is_authors(frame.filename)]
    if frames or issubclass(told.exc_type, (SyntaxError, ImportError, OSError)):
        told.stack[:] = frames
    for frame in told.stack:
        frame.line  # is read by the whole name of the file
        frame.filename = short(frame.filename, root)
    if not told.stack:
        told.stack = None
    if issubclass(told.exc_type, SyntaxError) and told.filename:
        told.filename = short(told.filename, root)
    for other in (told.__cause__, told.__context__, *(getattr(told, "exceptions", None) or ())):
        cut(other, root, depth + 1)


def is_authors(file):
    """Tells whether a file is neither the worker's nor a part of Python's way to import."""
    return not (file.startswith((OWN, *IMPORTING)) or file.endswith(IMPORTLIB))


def short(file, root):
    """Gives a file's name as its author knows it: from the algorithm's directory on, or from the package on."""
    if Path(file).is_relative_to(root):
        return str(Path(file).relative_to(root))
    for packages in PACKAGES:
        if packages in file:
            return file.rpartition(packages)[2]
    return file
