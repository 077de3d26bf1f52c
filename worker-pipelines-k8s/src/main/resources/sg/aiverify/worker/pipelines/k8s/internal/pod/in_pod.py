"""The commands that the worker runs in a pod, in addition to supervisor.py and runner.py.

    python -I -S in_pod.py keep HOME SECONDS COMMAND...   the container's first process: runs the command, which is
                                                          supervisor.py, and keeps its output in files
    python -I -S in_pod.py follow HOME OFFSET             writes the events from this byte on, and the end of the errors
    python -I -S in_pod.py send HOME                      writes a tar of files; standard input has a line with their
                                                          names as a JSON list

The command continues while no worker follows it, so a broken connection does no harm. If no worker follows it for
SECONDS, the worker counts as dead, and the container ends. Linux only, standard library only.
"""

import json
import os
import re
import select
import signal
import sys
import time

EVENTS, ERRORS, OLDER_ERRORS, ENDED, ALIVE = "events", "errors", "errors.old", "ended", "alive"
MAX_EVENTS = 64 * 1024 * 1024
KEPT_ERRORS = 64 * 1024  # as much as the worker keeps
ERRORS_FILE = 1024 * 1024
FOLLOW_SECONDS = 60  # shorter than the idle timeout of proxies
CHECK_SECONDS = 0.1
ENDED_WELL, OUT_OF_MEMORY, KILLS_UNCOUNTED, AGAIN = 0, 9, 10, 75  # exit status of follow
MEMORY_COUNTERS = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")


class Events:
    """Writes the command's standard output to a file, up to a limit."""

    def __init__(self, path):
        self._file = open(path, "wb", 0)
        self._left = MAX_EVENTS

    def write(self, data):
        self._file.write(data[: self._left])
        self._left = max(0, self._left - len(data))

    def end(self, line):
        self._file.write(line)


class Errors:
    """Writes the end of the command's standard error to two files; the current one replaces the older one when full."""

    def __init__(self, path, older):
        self._path, self._older = path, older
        self._file = open(path, "wb", 0)
        self._size = 0

    def write(self, data):
        if self._size + len(data) > ERRORS_FILE:
            self._file.close()
            os.replace(self._path, self._older)
            self._file = open(self._path, "wb", 0)
            self._size = 0
        self._file.write(data)
        self._size += len(data)


class Worker:
    """Ends this process if no worker follows the run. Uses only this process's clock."""

    def __init__(self, path, seconds):
        self._path, self._seconds = path, seconds
        with open(path, "wb"):
            pass
        self._seen, self._since = None, 0

    def end_if_gone(self):
        seen = os.stat(self._path).st_mtime_ns
        now = time.monotonic()
        if seen != self._seen:
            self._seen, self._since = seen, now
        elif now - self._since > self._seconds:
            sys.stderr.write("no worker has followed this run for %d s\n" % self._seconds)
            sys.stderr.flush()
            os._exit(1)


def keep(records, seconds, command):
    """Runs the command and waits for its end, then waits until this process is stopped."""
    signal.signal(signal.SIGTERM, lambda number, frame: os._exit(143))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.makedirs(records)
    worker = Worker(os.path.join(records, ALIVE), seconds)
    command_input, _ = os.pipe()  # closed when this process ends
    output, output_end = os.pipe()
    errors, errors_end = os.pipe()
    sinks = {
        errors: Errors(os.path.join(records, ERRORS), os.path.join(records, OLDER_ERRORS)),
        output: Events(os.path.join(records, EVENTS)),
    }
    events = sinks[output]
    before = kills_for_memory()
    first = os.posix_spawnp(
        command[0],
        command,
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_DUP2, command_input, 0),
            (os.POSIX_SPAWN_DUP2, output_end, 1),
            (os.POSIX_SPAWN_DUP2, errors_end, 2),
        ],
    )
    for end in (output_end, errors_end):
        os.close(end)
    status = pump(first, sinks, worker)
    if os.WIFSIGNALED(status):
        events.end(b'\n{"event": "exited", "signal": "%s"}\n' % signal_name(os.WTERMSIG(status)).encode())
    with open(os.path.join(records, ENDED + ".part"), "w") as file:
        file.write(str(-1 if before < 0 else kills_for_memory() - before))
    os.rename(os.path.join(records, ENDED + ".part"), os.path.join(records, ENDED))
    while True:
        reap(None)
        worker.end_if_gone()
        time.sleep(1)


def pump(first, sinks, worker):
    """Writes the output to `sinks` until the process `first` has ended and all is read. Returns its wait status."""
    poll = select.poll()
    for descriptor in sinks:
        poll.register(descriptor, select.POLLIN)
    status, left = None, len(sinks)
    while True:
        ready = poll.poll(200 if status is None and left else 5)
        for descriptor, _ in ready:
            data = os.read(descriptor, 65536)
            if data:
                sinks[descriptor].write(data)
            else:
                poll.unregister(descriptor)
                left -= 1
        if status is not None and not ready:
            return status
        if status is None:
            status = reap(first)
            if status is not None and os.WIFSIGNALED(status) and os.getpid() == 1:
                os.kill(-1, signal.SIGKILL)  # ends the children of the killed command; no others are left
        worker.end_if_gone()


def reap(first):
    """Collects children that have ended. Returns the wait status of the process `first` if it was among them."""
    status = None
    while True:
        try:
            pid, ended = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return status
        if pid == 0:
            return status
        if pid == first:
            status = ended


def signal_name(number):
    try:
        return signal.Signals(number).name
    except ValueError:
        return "signal %d" % number


def kills_for_memory():
    """Returns the number of this container's processes that were killed because memory ran out; -1 if not counted."""
    for path in MEMORY_COUNTERS:
        try:
            with open(path) as file:
                return int(re.search(r"^oom_kill (\d+)", file.read(), re.MULTILINE).group(1))
        except (OSError, AttributeError):
            pass
    return -1


def follow(records, offset):
    """Writes the output as it arrives, for at most FOLLOW_SECONDS. Returns the exit status."""
    end = time.monotonic() + FOLLOW_SECONDS
    while not os.path.exists(os.path.join(records, EVENTS)):
        if time.monotonic() > end:
            return AGAIN
        time.sleep(CHECK_SECONDS / 5)
    os.utime(os.path.join(records, ALIVE))
    with open(os.path.join(records, EVENTS), "rb", 0) as events:
        events.seek(offset)
        errors = ErrorsEnd(os.path.join(records, ERRORS), os.path.join(records, OLDER_ERRORS))
        while True:
            has_ended = os.path.exists(os.path.join(records, ENDED))
            data = events.read(KEPT_ERRORS)
            write(1, data)
            errors.write()
            if has_ended and not data:
                with open(os.path.join(records, ENDED)) as file:
                    kills = int(file.read())
                return OUT_OF_MEMORY if kills > 0 else ENDED_WELL if kills == 0 else KILLS_UNCOUNTED
            if time.monotonic() > end:
                return AGAIN
            if not data:
                time.sleep(CHECK_SECONDS)


class ErrorsEnd:
    """Reads the files of `Errors`, and writes at most as much as the worker keeps."""

    def __init__(self, path, older):
        self._path = path
        self._file = self._open()
        try:
            with open(older, "rb", 0) as file:
                self._write_end(file)
        except FileNotFoundError:
            pass

    def write(self):
        self._write_end(self._file)
        while not self._is_current():
            self._write_end(self._file)
            self._file.close()
            self._file = self._open()
            self._write_end(self._file)

    def _is_current(self):
        try:
            return os.path.samestat(os.stat(self._path), os.fstat(self._file.fileno()))
        except FileNotFoundError:
            return False

    def _open(self):
        while True:
            try:
                return open(self._path, "rb", 0)
            except FileNotFoundError:
                time.sleep(0.001)  # the file is being replaced at this moment

    @staticmethod
    def _write_end(file):
        file.seek(max(file.tell(), os.fstat(file.fileno()).st_size - KEPT_ERRORS))
        write(2, file.read(KEPT_ERRORS))


def write(descriptor, data):
    while data:
        data = data[os.write(descriptor, data) :]


class FollowedFile:
    """A file; each read of it records that a worker still follows the run."""

    def __init__(self, file, alive):
        self._file, self._alive = file, alive

    def read(self, size):
        try:
            os.utime(self._alive)
        except OSError:
            pass  # the algorithm may have deleted it
        return self._file.read(size)


def send(work, alive):
    """Writes a tar of the existing plain files of a directory, without following links."""
    import tarfile

    work = os.path.realpath(work)
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as tar:
        for name in json.loads(sys.stdin.buffer.readline()):
            path = os.path.join(work, name)
            try:
                if os.path.realpath(path) != path or not path.startswith(work + "/") or not os.path.isfile(path):
                    continue
                file = open(path, "rb")
            except (OSError, ValueError):
                continue
            with file:
                entry = tarfile.TarInfo(name)
                entry.size = os.fstat(file.fileno()).st_size
                tar.addfile(entry, FollowedFile(file, alive))


def main(action, home, *more):
    records = os.path.join(home, "records")
    if action == "keep":
        keep(records, int(more[0]), more[1:])
    elif action == "follow":
        status = follow(records, int(more[0]))
        os._exit(status)
    elif action == "send":
        send(os.path.join(home, "run", "work"), os.path.join(records, ALIVE))


if __name__ == "__main__":
    main(*sys.argv[1:])
