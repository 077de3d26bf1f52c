"""Describes an exception of an algorithm for its author. The description is the exception, then the traceback without the
frames of the worker and of the import system."""

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
FEW_FRAMES = 3  # consecutive frames of libraries that are shown
MAX_FILES = 5  # files named in place of frames that are left out
NO_ADDRESS = ("gaierror", "herror")  # exceptions of the module socket, which need not be imported for this
OUT_OF_REACH = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
REFUSED = (errno.EPERM, errno.EACCES)
DEPENDENCIES = "[project] dependencies of the algorithm's pyproject.toml"
SOCKETS = os.sep + "socket.py"

runner = sys.modules["aiverify_worker_runner"]


def described(error, root, offline=False):
    """Describes an exception. `root` is the algorithm's directory, a Path; paths of files below it are relative to it.

    For a TaskError, returns only its text. For other exceptions, returns the exception, the place of a syntax error, advice
    if there is any, and the traceback. `offline` is true if the run is known to have no network.
    """
    if isinstance(error, runner.TaskError):
        return str(error)
    try:
        raised = traceback.TracebackException(type(error), error, error.__traceback__)
        cut(raised, root)
        return "\n".join([sentence(error, raised), *hints(error, root, offline), "".join(traced(raised)).rstrip()])
    except BaseException:  # the exception's class is untrusted code, and its methods may raise another exception
        return type(error).__name__


def sentence(error, raised):
    """Returns the type and the text of the exception."""
    if isinstance(error, SystemExit):
        return f"The algorithm ended its process with exit({error.code!r})"
    if isinstance(error, SyntaxError) and raised.filename and raised.lineno:
        return f"{type(error).__name__}: {error.msg}, in {raised.filename}, line {raised.lineno}"
    return "".join(raised.format_exception_only()).strip()


def traced(raised):
    """Lists the texts of a traceback. For a syntax error, leaves out the lines that `sentence` already contains."""
    texts = list(raised.format())
    if issubclass(raised.exc_type, SyntaxError) and raised.filename and raised.lineno:
        said = {f"{raised.exc_type.__name__}: {raised.msg}\n"}
        if raised.stack is None:  # the error is in algo.py itself
            said.add(f'  File "{raised.filename}", line {raised.lineno}\n')
        texts = [text for text in texts if text not in said]
    return texts


def hints(error, root, offline):
    """Returns a list with one sentence of advice about an exception, or an empty list."""
    importing = True
    for cause in chain(error):
        if offline and is_of_network(cause):
            return ["A run has no network: put the files that it needs into the algorithm's folder or the data."]
        importing = importing and isinstance(cause, ImportError)  # a library may raise an ImportError with its own text
        if importing and isinstance(cause, ModuleNotFoundError) and is_package(cause.name, root):
            package = cause.name.partition(".")[0]
            return [f"Add the package that contains '{package}' to {DEPENDENCIES}."]
    return []


def chain(error):
    """Yields an exception and its causes."""
    for _ in range(MAX_CHAIN):
        if error is None:
            return
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def is_package(name, root):
    """Returns whether a missing module probably belongs to a package that is not installed. This is not so for the modules of
    Python, of installed packages and of the algorithm."""
    top = str(name or "").partition(".")[0]
    if not top or top in sys.stdlib_module_names or top in sys.modules:
        return False
    return not any(entry.stem == top for entry in (*root.glob("*"), *root.glob("*/*")))


def is_of_network(error):
    """Returns whether a network access raised an exception: a host name was unknown, or the other side or the sandbox refused
    the connection."""
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


def cut(raised, root, depth=0):
    """Removes the frames of the worker and of the import system from an exception and its causes, and shortens the paths."""
    if raised is None or depth == MAX_CHAIN:
        return
    frames = [frame for frame in raised.stack if is_authors(frame.filename)]
    if frames or issubclass(raised.exc_type, (SyntaxError, ImportError, OSError)):
        raised.stack[:] = frames
    libraries = [is_library(frame.filename, root) for frame in raised.stack]
    for frame in raised.stack:
        frame.line  # reads the line of source, which needs the full path
        frame.filename = short(frame.filename, root)
    raised.stack = Folded(raised.stack, libraries)
    if not raised.stack:
        raised.stack = None
    if issubclass(raised.exc_type, SyntaxError) and raised.filename:
        raised.filename = short(raised.filename, root)
    for other in (raised.__cause__, raised.__context__, *(getattr(raised, "exceptions", None) or ())):
        cut(other, root, depth + 1)


class Folded(traceback.StackSummary):
    """Frames without long sequences of library frames. Only the last frame of a sequence remains, which raised the exception
    or calls the author's code. `libraries` has a boolean for each frame: whether the frame belongs to a library."""

    def __init__(self, frames, libraries):
        super().__init__(frames)
        self._libraries = libraries

    def format(self, **options):
        """Returns a list of texts of one or more lines each."""
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
    """Returns a line with the number of omitted frames, and their files."""
    files = list(dict.fromkeys(frame.filename for frame in frames))
    more = f" and {len(files) - MAX_FILES} more files" if len(files) > MAX_FILES else ""
    return f"  ... {len(frames)} frames in {', '.join(files[:MAX_FILES])}{more}\n"


def is_library(file, root):
    """Returns whether a file belongs to Python or to an installed package."""
    is_below = Path(file).is_relative_to(root)
    return not is_below and (short(file, root) != file or file.startswith("<frozen "))


def is_authors(file):
    """Returns whether a file belongs neither to the worker nor to Python's import system."""
    return not (file.startswith((OWN, *IMPORTING)) or file.endswith(IMPORTLIB))


def short(file, root):
    """Returns a file's path in a form that the author knows: relative to the algorithm's directory, to the directory of the
    installed packages, or to that of the standard library."""
    if Path(file).is_relative_to(root):
        return str(Path(file).relative_to(root))
    for packages in PACKAGES:
        if packages in file:
            return file.rpartition(packages)[2]
    return file.removeprefix(STANDARD)
