"""Adds up what a run keeps on the disk, at a moment at which nothing of it moves. Linux only, standard library only.

supervisor.py uses it, outside the sandbox. A run knows ways to see which directory is being read, and could keep what
is big where it was read already, or where it was not looked for: in a file that is deleted and open. So one look is
either at a run none of whose threads had a processor from its begin to its end, or the run is stopped for it. A look at
which it moved all the same does not count, and after some of those in a row the run's files cannot be counted. What
counts are blocks and lengths, whichever is more: there are files with one and without the other.
"""

import os
import signal
import stat
import time

ENTRY_BYTES = 4096  # what a file or directory takes beside its content
MAX_LEVELS, MAX_LETTERS = 200, 2000  # how deep it may lie, in directories and in bytes of path
PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 3.0
PAUSE_FACTOR = 20  # so much longer than a look is the pause after it, so that looks take little of the machine
STOP_SECONDS = 1.0  # who takes longer is in one system call, which is the last for now
MAX_UNSURE_LOOKS = 4
STOPPED = b"tTZXxD"
OPEN_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

EXCEED, HIDE = "exceed", "hide"


class Exceeded(Exception):
    """There is more than may be."""


class Hidden(Exception):
    """Something cannot be counted."""


class Late(Exception):
    """It takes too long for a run that is not stopped."""


def read(path):
    with open(path, "rb") as file:
        return file.read()


def threads(pid):
    """Lists the threads of a process: [(directory in /proc, letter of the state)]. Those that have ended are left out."""
    found = []
    try:
        names = os.listdir("/proc/%d/task" % pid)
    except OSError:
        names = []
    for name in names:
        directory = "/proc/%d/task/%s" % (pid, name)
        try:
            found.append((directory, read(directory + "/stat").rpartition(b")")[2].split()[0]))
        except (OSError, IndexError):
            pass
    return found


def activity(pids):
    """Maps each thread to how long and how often it had a processor. Returns None if one has, or where that is not
    known."""
    found = {}
    try:
        for pid in pids:
            for directory, state in threads(pid):
                if state == b"R":
                    return None
                found[directory] = read(directory + "/schedstat") if state not in b"ZXx" else b""
    except OSError:
        return None
    return found


class RunFiles:
    """The files of a run: those in its directories, and those that are deleted and that its processes hold."""

    def __init__(self, directories, most, processes):
        """`directories` are open, since before the run could replace them; `most` is the limit in bytes; `processes` lists
        the ids of the run's processes, and tells whether none is missing."""
        self._roots = directories
        self._devices = {os.fstat(root).st_dev for root in self._roots}
        self._most = most
        self._processes = processes
        self._in_flight = False
        self._moved = False
        self._unsure_looks = 0
        self.problem = None
        self.measure(())  # sees on which devices the files are

    def watch(self, tell):
        """Looks until there is a problem, notes it and calls `tell`. For a thread of its own."""
        pause = PAUSE_SECONDS
        while self.problem is None:
            time.sleep(pause)
            started = time.monotonic()
            try:
                self.problem = self.look()
            except Exception:  # whatever it is, nobody would count any more
                self.problem = HIDE
            pause = min(max(PAUSE_SECONDS, PAUSE_FACTOR * (time.monotonic() - started)), LONGEST_PAUSE_SECONDS)
            if self._unsure_looks:
                pause = PAUSE_SECONDS
        tell()

    def look(self):
        """Measures a run that goes on. Returns EXCEED, HIDE or None."""
        self._moved = False
        problem = self._look()
        self._unsure_looks = self._unsure_looks + 1 if self._in_flight or self._moved else 0
        return HIDE if self._unsure_looks == MAX_UNSURE_LOOKS else problem

    def _look(self):
        pids, is_all = self._processes()
        before = activity(pids) if is_all else None
        if before is not None:
            try:
                problem = self.measure(pids, time.monotonic() + LONGEST_PAUSE_SECONDS)
                pids, is_all = self._processes()
                if is_all and activity(pids) == before:
                    return problem
            except Late:
                pass  # meanwhile the run could go on for as long as it likes
        continued = set()
        try:
            stopped = self._stop(continued)
            waiting = [pid for pid in stopped if has_not_ended(pid)]
            for pid in waiting:
                send(pid, signal.SIGSTOP)  # this one waits for as long as they stand still
            problem = self.measure(stopped)
            after, is_all = self._processes()
            self._moved = not is_all or not stopped.issuperset(after) or not all(map(stands_still, waiting))
            return problem
        finally:
            for pid in continued:
                send(pid, signal.SIGCONT)

    def _stop(self, continued):
        """Stops all processes of the run, and returns them; `continued` gets those that were not stopped before."""
        deadline = time.monotonic() + STOP_SECONDS
        stopped, last = set(), None
        while True:
            pids, is_all = self._processes()
            for pid in pids:
                if pid not in stopped:
                    stopped.add(pid)
                    states = [state for _, state in threads(pid)]
                    if not states or not all(state in b"TZXx" for state in states):
                        continued.add(pid)
                send(pid, signal.SIGSTOP)  # each time: another one may have made it go on
            these = set(pids) if is_all else None
            if is_all and these == last and all(state in STOPPED for pid in pids for _, state in threads(pid)):
                return these
            if time.monotonic() >= deadline:
                return stopped
            last = these
            time.sleep(0.0005)

    def measure(self, pids, deadline=None):
        """Adds up what the directories hold and what the processes do, which should not go on meanwhile. Returns EXCEED,
        HIDE or None. Raises Late after the deadline, if there is one."""
        try:
            total = Total(self._most, deadline)
            for root in self._roots:
                self._add_directory(total, root, ".", 0, 0)
            deleted = Deleted(self._devices, self._most, total)
            alive = [[each for each, state in threads(pid) if state not in b"ZXx"] for pid in pids]
            # Threads may have descriptors of their own, and may outlive the first of them.
            self._in_flight = any([deleted.add_open(thread) for process in alive for thread in process])
            for process in alive:
                deleted.add_mapped(process[:1])
            for size in deleted.sizes.values():
                total.add(size)
            return None
        except Exceeded:
            return EXCEED
        except (Hidden, OSError):
            return HIDE

    def _add_directory(self, total, parent, name, level, letters):
        try:
            directory = os.open(name, OPEN_DIRECTORY, dir_fd=parent)
        except (FileNotFoundError, NotADirectoryError):
            return  # it was moved or replaced: then this look does not count
        try:
            total.add(taken(os.fstat(directory)))
            with os.scandir(directory) as entries:
                for entry in entries:
                    try:
                        found = entry.stat(follow_symlinks=False)
                    except FileNotFoundError:
                        continue
                    if not stat.S_ISDIR(found.st_mode):
                        total.add(taken(found))
                        self._devices.add(found.st_dev)  # not that of the directory on every file system
                        continue
                    below = letters + len(os.fsencode(entry.name)) + 1
                    if level == MAX_LEVELS or below > MAX_LETTERS:
                        raise Hidden
                    self._add_directory(total, directory, entry.name, level + 1, below)
        finally:
            os.close(directory)


class Total:
    """A sum that must not become more than a limit."""

    def __init__(self, most, deadline):
        self._left = most
        self._deadline = deadline

    def hurry(self):
        if self._deadline is not None and time.monotonic() > self._deadline:
            raise Late

    def add(self, count):
        self.hurry()
        self._left -= count
        if self._left < 0:
            raise Exceeded


class Deleted:
    """Files and directories that no directory names any more, by their device and number: `sizes`. Only those on the
    run's disk."""

    def __init__(self, devices, most, total):
        self.sizes = {}
        self._devices = devices
        self._most = most
        self._total = total

    def add_open(self, thread):
        """Adds what a thread has open, the program that it executes and where it is. Returns whether descriptors are on their way to it, in a socket, where nobody can
        look at them. Raises Hidden if it cannot be looked into."""
        in_flight = False
        try:
            names = os.listdir(thread + "/fd")
        except PermissionError:
            if is_locked_in(thread):
                raise Hidden from None
            return False  # it is of the sandbox itself, or there is none
        except OSError:
            return False  # it has ended
        for name in ("exe", "cwd", *("fd/" + each for each in names)):
            self._total.hurry()
            try:
                found = os.stat(thread + "/" + name)
                if stat.S_ISSOCK(found.st_mode):
                    in_flight |= has_descriptors(thread + "/fdinfo/" + name[3:])
                else:
                    self._add(found)
            except OSError:
                pass  # closed in the meantime
        return in_flight

    def add_mapped(self, threads_of_one):
        """Adds what a process has mapped and nobody has open: its length is known to root only. For others it counts as
        a quarter of the limit, at least."""
        for thread in threads_of_one:
            self._total.hurry()
            try:
                maps = read(thread + "/maps")
            except OSError:
                continue
            for line in maps.split(b"\n") if b" (deleted)\n" in maps else ():
                if line.endswith(b" (deleted)"):
                    self._add_mapping(thread.partition("/task/")[0], line.split(maxsplit=5))

    def _add_mapping(self, process, fields):
        extent, _, offset, device, number = fields[:5]
        major, minor = (int(part, 16) for part in device.split(b":"))
        key = os.makedev(major, minor), int(number)
        if key in self.sizes:
            return
        try:
            self._add(os.stat("%s/map_files/%s" % (process, extent.decode())))
        except OSError:
            if key[0] in self._devices:
                begin, end = (int(part, 16) for part in extent.split(b"-"))
                self.sizes[key] = max(int(offset, 16) + end - begin, self._most // 4)

    def _add(self, found):
        if found.st_nlink == 0 and found.st_dev in self._devices:
            self.sizes[found.st_dev, found.st_ino] = taken(found)


def taken(found):
    length = found.st_size if stat.S_ISREG(found.st_mode) else 0
    return max(length, found.st_blocks * 512) + ENTRY_BYTES


def has_not_ended(pid):
    return any(state not in b"ZXx" for _, state in threads(pid))


def stands_still(pid):
    """Tells whether a process that was told to stop when it was stopped already has not gone on since."""
    try:
        for line in read("/proc/%d/status" % pid).split(b"\n"):
            if line.startswith(b"ShdPnd:"):
                return bool(int(line.split()[1], 16) >> (signal.SIGSTOP - 1) & 1)
    except OSError:
        pass
    return False


def is_locked_in(thread):
    """Tells whether a thread is held by a filter of system calls, as foreign code in a sandbox is."""
    try:
        return b"\nSeccomp:\t2\n" in read(thread + "/status")
    except OSError:
        return False


def has_descriptors(information):
    for line in read(information).split(b"\n"):
        if line.startswith(b"scm_fds:"):
            return int(line.split()[1]) > 0
    return False


def send(pid, number):
    try:
        os.kill(pid, number)
    except OSError:
        pass  # it has ended
