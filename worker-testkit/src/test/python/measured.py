"""Runs a script like Python, and records the executed lines of the worker's own scripts.

    measured.py EXECUTABLE SCRIPT [ARGUMENT...]

Each line is written when it is first run, to a file that is open from the start. Unlike with coverage.py, processes
count even if they end by a signal or os._exit, fork, or can no longer open files.
"""

import _thread
import hashlib
import os
import sys
import threading

ROOT = os.path.dirname(os.path.abspath(__file__)).rpartition("/worker-testkit/")[0]
OWN = {
    "breakout.py",
    "disk.py",
    "environment.py",
    "executor_cli.py",
    "exposed.py",
    "failures.py",
    "in_pod.py",
    "inputs.py",
    "job.py",
    "outputs.py",
    "packages.py",
    "probe.py",
    "reasons.py",
    "requirements.py",
    "runner.py",
    "sandbox.py",
    "supervisor.py",
    "warm_up.py",
}

INHERITED = 187  # a descriptor that is not used otherwise

directory = os.path.join(ROOT, "target", "python-coverage")
try:
    os.makedirs(directory, exist_ok=True)
    notes = os.open(os.path.join(directory, "lines"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    fresh = os.path.join(directory, "interpreter.%d" % os.getpid())
    with open(fresh, "w", encoding="utf-8") as file:
        file.write(sys.executable)
    os.replace(fresh, os.path.join(directory, "interpreter"))
    os.dup2(notes, INHERITED)
    os.set_inheritable(INHERITED, True)
except OSError:  # in a sandbox, where open files remain open
    try:
        notes = INHERITED if os.path.samestat(os.fstat(INHERITED), os.stat(os.path.join(directory, "lines"))) else None
    except OSError:
        notes = None

seen = {}


def digest(path):
    """Returns the hash of a script's content. None if it is not one of the worker's scripts."""
    if os.path.basename(path) not in OWN:
        return None
    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return None


def trace(frame, event, argument):
    """The function for sys.settrace: records lines of the worker's own scripts, and ignores all others."""
    path = frame.f_code.co_filename
    if path not in seen:
        content = digest(path)
        seen[path] = None if content is None else (content, set())
    if seen[path] is None:
        return None
    content, lines = seen[path]
    if event == "line" and frame.f_lineno not in lines:
        lines.add(frame.f_lineno)
        try:
            os.write(notes, b"%s %d\n" % (content.encode(), frame.f_lineno))
        except OSError:
            pass  # a process that closes all descriptors is no longer counted
    return trace


def traced(function):
    """Wraps the function of a thread that is started without the module threading."""

    def run(*arguments, **named):
        sys.settrace(trace)
        function(*arguments, **named)

    return run


executable, script = sys.argv[1:3]
sys.executable = executable
sys.argv = sys.argv[2:]
if not sys.flags.isolated:
    sys.path[0] = os.path.dirname(os.path.abspath(script))
# Directories on the path can be read in a sandbox, too.
sys.path += [os.path.dirname(os.path.abspath(__file__)), directory]
with open(script, "rb") as file:
    code = compile(file.read(), script, "exec")
main = type(sys)("__main__")
main.__file__ = script
main.__builtins__ = __builtins__
sys.modules["__main__"] = main
if notes is not None:
    start_new_thread = _thread.start_new_thread
    _thread.start_new_thread = lambda function, *rest: start_new_thread(traced(function), *rest)
    threading.settrace(trace)
    sys.settrace(trace)
exec(code, main.__dict__)
