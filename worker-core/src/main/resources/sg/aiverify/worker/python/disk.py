"""Measures the disk space that a run uses, while none of its processes runs. Linux only, standard library only.

supervisor.py uses this module outside the sandbox. A run can find out which directory is being read. It could move large
files to a directory that was already read, or delete files but keep them open. So no thread of the run may use a processor
during a measurement. If one does, the measurement is discarded, and repeated while the run is stopped. If several
measurements in a row are not reliable, the run's files count as not countable. For each file, the larger of its blocks and
its length counts, since a file can have a length without blocks, and blocks without a length.
"""

import os
import signal
import stat
import time

ENTRY_BYTES = 4096  # the space that counts for a file or directory in addition to its content
MAX_LEVELS, MAX_LETTERS = 200, 2000  # the greatest depth, in directories and in bytes of the path
PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 3.0
PAUSE_FACTOR = 20  # the ratio of the pause to the measurement before it, which limits the load
STOP_SECONDS = 1.0  # a thread that takes longer to stop is in a system call, and stops after this call
MAX_UNSURE_LOOKS = 4
STOPPED = b"tTZXxD"
OPEN_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

EXCEED, HIDE = "exceed", "hide"


class Exceeded(Exception):
    """The files exceed the limit."""


class Hidden(Exception):
    """The files cannot be counted."""


class Late(Exception):
    """The measurement takes too long while the run is not stopped."""


def read(path):
    with open(path, "rb") as file:
        return file.read()


def threads(pid):
    """Lists (directory in /proc, letter of the state) of a process's threads that have not ended."""
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
    """Maps each thread to its processor time and the number of times that it received a processor. Returns None if a thread is
    running, or if the state of one is not known."""
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
    """The files of a run: those in its directories, and deleted files that its processes have open."""

    def __init__(self, directories, most, processes):
        """`directories` are descriptors that were opened before the run could replace the directories; `most` is the limit in
        bytes; `processes` is a function that returns the ids of the run's processes, and whether the list is complete."""
        self._roots = directories
        self._devices = {os.fstat(root).st_dev for root in self._roots}
        self._most = most
        self._processes = processes
        self._in_flight = False
        self._moved = False
        self._unsure_looks = 0
        self.problem = None
        self.measure(())  # records the devices of the files

    def watch(self, report):
        """Measures until there is a problem, records the problem and calls `report`. Runs in a separate thread."""
        pause = PAUSE_SECONDS
        while self.problem is None:
            time.sleep(pause)
            started = time.monotonic()
            try:
                self.problem = self.look()
            except Exception:  # after any exception, the files would no longer be counted
                self.problem = HIDE
            pause = min(max(PAUSE_SECONDS, PAUSE_FACTOR * (time.monotonic() - started)), LONGEST_PAUSE_SECONDS)
            if self._unsure_looks:
                pause = PAUSE_SECONDS
        report()

    def look(self):
        """Measures while the run is in progress. Returns EXCEED, HIDE or None."""
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
                pass  # the measurement below stops the run
        continued = set()
        try:
            stopped = self._stop(continued)
            waiting = [pid for pid in stopped if has_not_ended(pid)]
            for pid in waiting:
                send(pid, signal.SIGSTOP)  # this signal stays pending while the process is stopped
            problem = self.measure(stopped)
            after, is_all = self._processes()
            self._moved = not is_all or not stopped.issuperset(after) or not all(map(stands_still, waiting))
            return problem
        finally:
            for pid in continued:
                send(pid, signal.SIGCONT)

    def _stop(self, continued):
        """Stops all processes of the run and returns them. Adds the processes that were not already stopped to `continued`."""
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
                send(pid, signal.SIGSTOP)  # repeated, since another process may have continued it
            these = set(pids) if is_all else None
            if is_all and these == last and all(state in STOPPED for pid in pids for _, state in threads(pid)):
                return these
            if time.monotonic() >= deadline:
                return stopped
            last = these
            time.sleep(0.0005)

    def measure(self, pids, deadline=None):
        """Adds up the sizes of the files in the directories and of the deleted files that processes have open. The processes
        should be stopped. Returns EXCEED, HIDE or None. Raises Late after the deadline, if there is one."""
        try:
            total = Total(self._most, deadline)
            for root in self._roots:
                self._add_directory(total, root, ".", 0, 0)
            deleted = Deleted(self._devices, self._most, total)
            alive = [[each for each, state in threads(pid) if state not in b"ZXx"] for pid in pids]
            # Threads can have their own descriptors, and can outlive the first thread.
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
            return  # the directory was moved or replaced, so this measurement will be discarded
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
                        self._devices.add(found.st_dev)  # on some file systems, it is not the device of the directory
                        continue
                    below = letters + len(os.fsencode(entry.name)) + 1
                    if level == MAX_LEVELS or below > MAX_LETTERS:
                        raise Hidden
                    self._add_directory(total, directory, entry.name, level + 1, below)
        finally:
            os.close(directory)


class Total:
    """A sum with a limit."""

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
    """Deleted files and directories on the run's disk: `sizes` maps (device, number) to the size."""

    def __init__(self, devices, most, total):
        self.sizes = {}
        self._devices = devices
        self._most = most
        self._total = total

    def add_open(self, thread):
        """Adds a thread's open files, its program and its current directory. Returns whether a socket contains descriptors that
        the thread has not received, since their files cannot be seen. Raises Hidden if the thread cannot be inspected."""
        in_flight = False
        try:
            names = os.listdir(thread + "/fd")
        except PermissionError:
            if is_locked_in(thread):
                raise Hidden from None
            return False  # the thread belongs to the sandbox, or does not exist
        except OSError:
            return False  # the thread has ended
        for name in ("exe", "cwd", *("fd/" + each for each in names)):
            self._total.hurry()
            try:
                found = os.stat(thread + "/" + name)
                if stat.S_ISSOCK(found.st_mode):
                    in_flight |= has_descriptors(thread + "/fdinfo/" + name[3:])
                else:
                    self._add(found)
            except OSError:
                pass  # closed meanwhile
        return in_flight

    def add_mapped(self, threads_of_one):
        """Adds mapped files that no process has open. Only root can read their length. For other users, each file counts as at
        least a quarter of the limit."""
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
    """Returns whether a process has stayed stopped since its last stop signal: the signal is then still pending."""
    try:
        for line in read("/proc/%d/status" % pid).split(b"\n"):
            if line.startswith(b"ShdPnd:"):
                return bool(int(line.split()[1], 16) >> (signal.SIGSTOP - 1) & 1)
    except OSError:
        pass
    return False


def is_locked_in(thread):
    """Returns whether a thread has a filter of system calls, as all untrusted code in a sandbox has."""
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
        pass  # the process has ended
