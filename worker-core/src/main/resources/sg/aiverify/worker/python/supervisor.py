"""Runs a command, and kills all its descendants when the command ends.

    python -I -S supervisor.py [--pass-input] [--count-oom-kills] [--policy FILE] COMMAND [ARGUMENT...]

The command runs in its own session. It shares the standard output and error of the supervisor. Its standard input is empty,
or a copy of the supervisor's with --pass-input. Every descendant is killed when the command ends, or when the supervisor's
standard input ends because the worker closed it or died. This includes daemons that left the session, since the supervisor
is their subreaper.

Then one line of JSON on standard output reports the end: {"event": "exited", "code": 0} or {"event": "exited", "signal":
"SIGKILL"}. The supervisor's exit status is that of the command, or 128 + signal. With --count-oom-kills, for a command with
its own container, the line contains the number of processes that were killed because memory ran out: "oom_kills": 0, or -1
if unknown. Exit status 127 means that the command could not be started, and 126 that the policy could not be applied, see
sandbox.py.

If the policy limits memory, the command is killed when its processes exceed the limit in total. The supervisor then creates
the file `over-memory` in the policy's directory. If the policy limits the size of the run's files, the command is killed
when the files exceed the limit or cannot be counted. The line then contains "files": "exceed" or "hide", see disk.py.

Linux only. Uses only modules of the standard library that load in milliseconds.
"""

import _thread
import ctypes
import os
import select
import signal
import sys
import time

PR_SET_PDEATHSIG = 1  # prctl(2)
PR_SET_CHILD_SUBREAPER = 36  # prctl(2)
KILL_ROUND_SECONDS = 0.005
PATIENT_ROUNDS = 20  # a process that still exists after these rounds forks constantly
COUNT_SECONDS = 0.25
LISTINGS = 10  # the maximum number of attempts to list the processes while no process starts or ends
INODE_BYTES = 1024  # the memory of a file in /dev/shm in addition to its content
OVER_MEMORY = "over-memory"
MEMORY_COUNTERS = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")


def prctl(option, value):
    """Calls prctl(2). Raises OSError if the kernel refuses."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl %d" % option)


def start(command, supervisor, source, confine):
    """Starts the command in its own session, with `source` as input. If `confine` is set, this function executes the command.
    Returns the command's process id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setsid()
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != supervisor:
            os._exit(125)  # the parent was killed before the line above took effect
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        os.dup2(source, 0)
        if confine is not None:
            confine()
        os.execvp(command[0], command)
    except OSError as error:
        os.write(2, ("cannot start %s: %s\n" % (command[0], error)).encode())
    finally:
        os._exit(127)


def confined(policy, command, status):
    """Returns a function that executes the command with a policy, see `execute` in sandbox.py."""
    import sandbox

    def execute():
        try:
            sandbox.execute(policy, command, os.getcwd(), status)
        except Exception as error:
            os.write(2, ("the sandbox cannot be set up: %s\n" % error).encode())
        finally:
            os._exit(126)

    return execute


def read_policy(file):
    """Reads a policy. Returns its rules, and descriptors of the run's directories in which the size of files is limited."""
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import sandbox

    policy = sandbox.Policy(file)
    limited = () if policy.disk is None else policy.write
    return policy, [os.open(path, os.O_RDONLY | os.O_DIRECTORY) for path in limited]


def watch_files(directories, most, processes, alarm):
    """Watches the files of a run and of its processes in another thread, which writes to `alarm` if there is a problem. Returns
    the files."""
    import disk

    files = disk.RunFiles(directories, most, processes.list)
    _thread.start_new_thread(files.watch, (lambda: os.write(alarm, b"."),))
    return files


def parent(process):
    """Returns the id of a process's parent. Returns None if the process has ended."""
    try:
        with open("/proc/%s/stat" % process, "rb") as stat:
            return int(stat.read().rpartition(b")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return None


def listing():
    """Lists the ids of all processes."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def parents():
    """Maps each process to its parent, or to None if the process has ended meanwhile."""
    return {process: parent(process) for process in listing()}


def descendants(root):
    """Lists all descendants of a process. May miss processes that start or end meanwhile."""
    children = {}
    for child, above in parents().items():
        children.setdefault(above, []).append(child)
    found, waiting = [], [root]
    while waiting:
        below = children.get(waiting.pop(), ())
        found.extend(below)
        waiting.extend(below)
    return found


class Processes:
    """The descendants of this process. If they have their own process namespace, `list` can find out whether one is missing."""

    def __init__(self, has_namespace):
        self._has_namespace = has_namespace
        self._inside = None  # /proc of their namespace, which lists only these processes

    def list(self):
        """Returns the processes, and whether the list is complete. It may not be if processes start or end in each attempt."""
        for _ in range(LISTINGS):
            before = self._names()
            found = descendants(os.getpid())
            if before is None and self._has_namespace:
                self._find(found)
            if self._inside is None or before == self._names():
                return found, True
        return found, False

    def _names(self):
        return None if self._inside is None else sorted(os.listdir(self._inside))

    def _find(self, processes):
        for process in processes:
            try:
                directory = os.open("/proc/%d/root/proc" % process, os.O_RDONLY | os.O_DIRECTORY)
            except OSError:
                continue  # the process has ended, or is just starting
            if os.fstat(directory).st_dev != os.stat("/proc").st_dev:
                self._inside = directory
                return
            os.close(directory)


def reap(first):
    """Collects children that have ended.

    Returns whether any child remains, and the wait status of the process `first`, or None if `first` was not collected.
    """
    status = None
    while True:
        try:
            pid, ended = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False, status
        if pid == 0:
            return True, status
        if pid == first:
            status = ended


def kill(processes):
    for pid in processes:
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            pass


def stop_forks(groups):
    """Makes the kernel refuse new processes in control groups, which are given by their cgroup.procs files."""
    for group in groups:
        try:
            with open(os.path.join(os.path.dirname(group), "pids.max"), "r+") as most:
                most.write("0")
        except OSError:
            pass  # this control group does not limit processes


def kill_all(root, first, groups=()):
    """Kills processes until no descendant remains. Returns the wait status of the process `first`, or None."""
    status, rounds = None, 0
    while True:
        left, ended = reap(first)
        status = ended if status is None else status
        if not left:
            return status
        kill(descendants(root))
        # A process that forks and ends repeatedly may be missing in every list. But its last child soon becomes a child of
        # the supervisor.
        for pid in reversed(listing()):
            if parent(pid) == root:
                kill([pid])
        time.sleep(KILL_ROUND_SECONDS)
        rounds += 1
        if rounds == PATIENT_ROUNDS:
            stop_forks(groups)


def pass_on(content, sink):
    """Writes to the command's input, unless the command has no input or no longer reads it."""
    try:
        while content and sink is not None:
            content = content[os.write(sink, content) :]
    except OSError:
        pass


def kilobytes(file):
    """Reads lines such as `VmSwap:  12 kB` of a file in /proc. Raises OSError if the file cannot be read."""
    with open(file, "rb") as lines:
        split = [line.split() for line in lines]
    # Other lines are ignored, such as the one with the process's name, which untrusted code can choose.
    return {parts[0]: int(parts[1]) for parts in split if parts[2:] == [b"kB"] and parts[1].isdigit()}


def shared_memory(process):
    """Returns the number of bytes in a process's /dev/shm, or 0 if the process does not have its own."""
    try:
        inside = "/proc/%d/root/dev/shm" % process
        if os.stat(inside).st_dev == os.stat("/dev/shm").st_dev:
            return 0
        size = os.statvfs(inside)
        return (size.f_blocks - size.f_bfree) * size.f_frsize + (size.f_files - size.f_ffree) * INODE_BYTES
    except OSError:
        return 0  # the process has ended, or is just starting


def holds_too_much(processes, limit):
    """Returns whether processes together use more memory than a limit. Shared memory counts once."""
    bound, exact, tables = 0, 0, 0
    for process in processes:
        try:
            found = kilobytes("/proc/%d/status" % process)
            bound += sum(found.get(name, 0) for name in (b"RssAnon:", b"RssShmem:", b"VmSwap:"))
            tables += found.get(b"VmPTE:", 0)
        except OSError:
            pass  # the process has ended
    shared = max(map(shared_memory, processes), default=0)  # an ended process has no /dev/shm
    if (bound + tables) * 1024 + shared <= limit:
        return False
    for process in processes:
        try:
            found = kilobytes("/proc/%d/smaps_rollup" % process)
        except (FileNotFoundError, ProcessLookupError):
            continue
        except OSError:
            return True  # the process's memory cannot be counted
        exact += found.get(b"SwapPss:", 0) + found.get(b"Pss_Anon:", found.get(b"Pss:", 0))
        exact += 0 if shared else found.get(b"Pss_Shmem:", 0)
    return (exact + tables) * 1024 + shared > limit


def wait(first, wakeup, sink, processes, memory, files):
    """Waits until the process `first` or the supervisor's standard input has ended, `processes` use more memory than `memory`,
    or `files` has a problem. Returns the wait status of the process, or None; and whether memory was the reason."""
    poll = select.poll()
    poll.register(0, select.POLLIN | select.POLLHUP)
    poll.register(wakeup, select.POLLIN)
    counted = time.monotonic()
    while True:
        _, status = reap(first)
        if status is not None or (files is not None and files.problem is not None):
            return status, False
        for descriptor, _ in poll.poll(None if memory is None else COUNT_SECONDS * 1000):
            if descriptor == wakeup:
                os.read(wakeup, 4096)
            else:
                content = os.read(0, 4096)
                if not content:
                    return None, False
                pass_on(content, sink)
        if memory is not None and time.monotonic() - counted >= COUNT_SECONDS:
            counted = time.monotonic()
            if holds_too_much(processes.list()[0], memory):
                return None, True


def kills_for_memory():
    """Returns the number of this container's processes that were killed because memory ran out, or -1 if it is unknown."""
    for counter in MEMORY_COUNTERS:
        try:
            with open(counter) as lines:
                return int(dict(line.split() for line in lines)["oom_kill"])
        except (OSError, ValueError, KeyError):
            pass
    return -1


def main(command):
    """Runs the command to its end. Returns the supervisor's exit status."""
    passes_input = command[:1] == ["--pass-input"]
    command = command[passes_input:]
    counts_kills = command[:1] == ["--count-oom-kills"]
    command = command[counts_kills:]
    rules = command[1] if command[:1] == ["--policy"] and len(command) > 2 else None
    command = command[2 if rules else 0 :]
    if not command:
        sys.stderr.write(
            "usage: supervisor.py [--pass-input] [--count-oom-kills] [--policy FILE] COMMAND [ARGUMENT...]\n"
        )
        return 2
    try:
        policy, directories = read_policy(rules) if rules else (None, [])
    except (OSError, ValueError) as error:
        sys.stderr.write("the sandbox cannot be set up: %s\n" % error)
        return 126
    try:
        os.setsid()
    except PermissionError:
        pass  # the supervisor is already the leader of a process group
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the worker handles Ctrl-C of a terminal
    wakeup, alarm = os.pipe()
    os.set_blocking(alarm, False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(alarm, warn_on_full_buffer=False)
    source, sink = os.pipe() if passes_input else (os.open(os.devnull, os.O_RDONLY), None)
    answer, sender = os.pipe()
    first = start(command, os.getpid(), source, confined(policy, command, sender) if policy else None)
    os.close(source)
    os.close(sender)
    processes = Processes(policy is not None and policy.namespaces)
    files = watch_files(directories, int(policy.disk), processes, alarm) if directories else None
    try:
        status, is_over = wait(first, wakeup, sink, processes, policy and policy.memory, files)
    finally:
        killed = kill_all(os.getpid(), first, policy.groups if policy else ())
    has_ended = status is not None
    if is_over:
        with open(os.path.join(os.path.dirname(rules), OVER_MEMORY), "w"):
            pass
    status = killed if status is None else status
    problem = None
    if files is not None:
        problem = files.problem or (files.measure(()) if has_ended else None)
    reported = os.read(answer, 16).strip()  # does not block, since no process has the other end open
    if reported.isdigit():
        status = int(reported)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        try:
            ended, code = '"signal": "%s"' % signal.Signals(number).name, 128 + number
        except ValueError:
            ended, code = '"signal": "signal %d"' % number, 128 + number
    else:
        code = os.WEXITSTATUS(status)
        ended = '"code": %d' % code
    if problem is not None:
        ended += ', "files": "%s"' % problem
    if counts_kills:
        ended += ', "oom_kills": %d' % kills_for_memory()
    try:
        os.set_blocking(1, True)  # the command may have changed this setting, and the line could then be lost
        os.write(1, ('\n{"event": "exited", %s}\n' % ended).encode())
    except OSError:
        pass  # the worker no longer reads
    return code


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))
