"""Says what an exception of an algorithm means, so that its author finds the place: first the exception itself, then
the way that led there through the author's files, without the worker's and the import system's part of it."""

import errno
import itertools
import os
import sys
import traceback
from pathlib import Path

OWN = os.path.dirname(os.path.abspath(__file__)) + os.sep
IMPORTING = ("<frozen importlib", "<frozen runpy", "<frozen zipimport")
IMPORTLIB = os.sep + os.path.join("importlib", "__init__.py")
PACKAGES = ("/site-packages/", "/dist-packages/")
STANDARD = os.path.dirname(os.__file__) + os.sep
MAX_CHAIN = 10
FEW_FRAMES = 3  # of libraries, one after the other, that are shown
MAX_FILES = 5  # whose names stand for frames that are left out
NO_ADDRESS = ("gaierror", "herror")  # of the module socket, which is not imported for its exceptions alone
OUT_OF_REACH = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
REFUSED = (errno.EPERM, errno.EACCES)
DEPENDENCIES = "[project] dependencies of the algorithm's pyproject.toml"
SOCKETS = os.sep + "socket.py"

runner = sys.modules["aiverify_worker_runner"]


def described(error, root, offline=False):
    """Says in words what an exception means. `root` is the algorithm's directory, a Path; names of files below it are
    relative. Of what the submitter can do something about the text alone; else the exception, with the place of a
    mistake in Python's grammar, a hint where there is one, and the traceback. `offline` tells whether the run is known
    to have no network."""
    if isinstance(error, runner.TaskError):
        return str(error)
    try:
        told = traceback.TracebackException(type(error), error, error.__traceback__)
        cut(told, root)
        return "\n".join([sentence(error, told), *hints(error, root, offline), "".join(traced(told)).rstrip()])
    except BaseException:  # the exception is foreign code, and may raise another when it is asked for its words
        return type(error).__name__


def sentence(error, told):
    """Says what was raised."""
    if isinstance(error, SystemExit):
        return f"The algorithm ended its process with exit({error.code!r})"
    if isinstance(error, SyntaxError) and told.filename and told.lineno:
        return f"{type(error).__name__}: {error.msg}, in {told.filename}, line {told.lineno}"
    return "".join(told.format_exception_only()).strip()


def traced(told):
    """Lists the texts of a traceback; of a mistake in Python's grammar without what the sentence has said."""
    texts = list(told.format())
    if issubclass(told.exc_type, SyntaxError) and told.filename and told.lineno:
        said = {f"{told.exc_type.__name__}: {told.msg}\n"}
        if told.stack is None:  # it is in algo.py itself
            said.add(f'  File "{told.filename}", line {told.lineno}\n')
        texts = [text for text in texts if text not in said]
    return texts


def hints(error, root, offline):
    """Lists what to do about an exception, a sentence each: none or one."""
    importing = True
    for cause in chain(error):
        if offline and is_of_network(cause):
            return ["A run has no network: put what it needs into the algorithm's folder or into the data."]
        importing = importing and isinstance(cause, ImportError)  # some libraries raise one of their own words
        if importing and isinstance(cause, ModuleNotFoundError) and is_package(cause.name, root):
            package = cause.name.partition(".")[0]
            return [f"The package of '{package}' belongs into {DEPENDENCIES}."]
    return []


def chain(error):
    """Goes from an exception to those that led to it."""
    for _ in range(MAX_CHAIN):
        if error is None:
            return
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def is_package(name, root):
    """Tells whether a module that was not found is neither Python's nor a part of a package that is there, the
    algorithm's own included."""
    top = str(name or "").partition(".")[0]
    if not top or top in sys.stdlib_module_names or top in sys.modules:
        return False
    return not any(entry.stem == top for entry in (*root.glob("*"), *root.glob("*/*")))


def is_of_network(error):
    """Tells whether an exception is one of those at the network's edge: a name that has no address, a connection that
    was refused, by the other side or by the sandbox."""
    if isinstance(error, ConnectionRefusedError) or any(kind.__name__ in NO_ADDRESS for kind in type(error).__mro__):
        return True
    if not isinstance(error, OSError) or error.filename is not None:
        return False
    if error.errno in OUT_OF_REACH:
        return True
    return error.errno in REFUSED and any(
        frame.filename.endswith(SOCKETS) or "socket" in frame.line or ".connect" in frame.line
        for frame in traceback.extract_tb(error.__traceback__)
    )


def cut(told, root, depth=0):
    """Leaves out what is not the author's, in an exception and in those that led to it."""
    if told is None or depth == MAX_CHAIN:
        return
    frames = [frame for frame in told.stack if is_authors(frame.filename)]
    if frames or issubclass(told.exc_type, (SyntaxError, ImportError, OSError)):
        told.stack[:] = frames
    libraries = [is_library(frame.filename, root) for frame in told.stack]
    for frame in told.stack:
        frame.line  # is read by the whole name of the file
        frame.filename = short(frame.filename, root)
    told.stack = Folded(told.stack, libraries)
    if not told.stack:
        told.stack = None
    if issubclass(told.exc_type, SyntaxError) and told.filename:
        told.filename = short(told.filename, root)
    for other in (told.__cause__, told.__context__, *(getattr(told, "exceptions", None) or ())):
        cut(other, root, depth + 1)


class Folded(traceback.StackSummary):
    """Frames of which those of libraries are left out where there are more than a few one after the other, but for the
    last, which raised the exception or calls the author's code. `libraries` tells of each frame whether it is one."""

    def __init__(self, frames, libraries):
        super().__init__(frames)
        self._libraries = libraries

    def format(self, **options):
        """Lists texts, one or more lines each."""
        texts, at = [], 0
        for is_one, group in itertools.groupby(self._libraries):
            frames = self[at : at + len(list(group))]
            at += len(frames)
            if is_one and len(frames) > FEW_FRAMES:
                texts.append(left_out(frames[:-1]))
                frames = frames[-1:]
            texts += traceback.StackSummary.from_list(frames).format(**options)
        return texts


def left_out(frames):
    """Says in a line which frames are left out, by the names of their files."""
    files = list(dict.fromkeys(frame.filename for frame in frames))
    more = f" and {len(files) - MAX_FILES} more files" if len(files) > MAX_FILES else ""
    return f"  ... {len(frames)} frames in {', '.join(files[:MAX_FILES])}{more}\n"


def is_library(file, root):
    """Tells whether a file is Python's or of a package."""
    is_below = Path(file).is_relative_to(root)
    return not is_below and (short(file, root) != file or file.startswith("<frozen "))


def is_authors(file):
    """Tells whether a file is neither the worker's nor a part of Python's way to import."""
    return not (file.startswith((OWN, *IMPORTING)) or file.endswith(IMPORTLIB))


def short(file, root):
    """Gives a file's name as its author knows it: from the algorithm's directory on, or from the package or Python's
    own library on."""
    if Path(file).is_relative_to(root):
        return str(Path(file).relative_to(root))
    for packages in PACKAGES:
        if packages in file:
            return file.rpartition(packages)[2]
    return file.removeprefix(STANDARD)
