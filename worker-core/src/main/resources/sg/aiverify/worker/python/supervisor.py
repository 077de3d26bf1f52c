"""Keeps a command and everything it starts together, and leaves nothing behind.

    python -I -S supervisor.py [--pass-input] [--count-oom-kills] [--policy FILE] COMMAND [ARGUMENT...]

The command runs in a session of its own. Its standard input is empty, or gets what comes in ours; its standard output
and error are ours. When the
command ends, or our standard input does (the worker closed it, or died), every descendant is killed, daemons that left
the session included: as child subreaper we inherit all of them. Then one line of JSON on standard output tells how the
command ended: {"event": "exited", "code": 0} or {"event": "exited", "signal": "SIGKILL"}; our own exit status is the
command's, or 128 + signal. In a container of the command's own, the line tells as well how many of its processes were
killed for want of memory, if that is asked for: "oom_kills": 0, or -1 if nobody counts them. 127 means that the command
could not be started, 126 that it could not be locked in as the policy says, see sandbox.py. Where the policy says so,
the command is killed as well when its processes hold too much memory together; a file `over-memory` beside the policy
tells of it. Where it limits the run's files, more of them end it as well, and the line says so: "files": "exceed", or
"hide" if they cannot be counted, see disk.py. Linux only, standard library only, and only the modules that start in
milliseconds.
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
PATIENT_ROUNDS = 20  # who is not killed by then forks all the time
COUNT_SECONDS = 0.25
LISTINGS = 10  # of processes, to have one of which none came or went meanwhile
INODE_BYTES = 1024  # what a file in /dev/shm takes beside its content
OVER_MEMORY = "over-memory"
MEMORY_COUNTERS = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")


def prctl(option, value):
    """Calls prctl(2). Raises OSError if the kernel refuses."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl %d" % option)


def start(command, supervisor, source, confine):
    """Forks and executes the command in a session of its own, with `source` as input; `confine`, if any, executes it
    another way. Returns its process id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setsid()
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != supervisor:
            os._exit(125)  # we were killed before the line above took effect
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
    """Gives what executes the command as a policy says, and tells on a descriptor how it ended; see sandbox.py."""
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
    """Reads a file of rules. Returns what it says, and the open directories of the run whose files are limited."""
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import sandbox

    policy = sandbox.Policy(file)
    limited = () if policy.disk is None else policy.write
    return policy, [os.open(path, os.O_RDONLY | os.O_DIRECTORY) for path in limited]


def watch_files(directories, most, processes, alarm):
    """Watches the files of a run that has begun, and of its processes. Returns them; `alarm` is written to when there is a problem."""
    import disk

    files = disk.RunFiles(directories, most, processes.list)
    _thread.start_new_thread(files.watch, (lambda: os.write(alarm, b"."),))
    return files


def parent(process):
    """Tells a process's parent, as /proc does; None if it is gone."""
    try:
        with open("/proc/%s/stat" % process, "rb") as stat:
            return int(stat.read().rpartition(b")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return None


def listing():
    """Lists all processes."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def parents():
    """Maps each process to its parent, those that are gone in the meantime to None."""
    return {process: parent(process) for process in listing()}


def descendants(root):
    """Lists all processes below a process, but for those that come and go meanwhile."""
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
    """Those below this one. Where they have a process namespace of their own it is known whether any is missing."""

    def __init__(self, has_namespace):
        self._has_namespace = has_namespace
        self._inside = None  # /proc as they see it: others that come and go are not there

    def list(self):
        """Lists them. Returns the list, and False if others of them came or went meanwhile, each time that was tried."""
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
                continue  # gone in the meantime, or on its way in
            if os.fstat(directory).st_dev != os.stat("/proc").st_dev:
                self._inside = directory
                return
            os.close(directory)


def reap(first):
    """Collects children that have ended.

    Returns whether any child is left, and the wait status of the process `first`, or None if it was not among them.
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
    """Lets the kernel refuse further processes in control groups, given by their cgroup.procs files."""
    for group in groups:
        try:
            with open(os.path.join(os.path.dirname(group), "pids.max"), "r+") as most:
                most.write("0")
        except OSError:
            pass  # it is one for something else


def kill_all(root, first, groups=()):
    """Kills until no descendant is left. Returns the wait status of the process `first`, or None."""
    status, rounds = None, 0
    while True:
        left, ended = reap(first)
        status = ended if status is None else status
        if not left:
            return status
        kill(descendants(root))
        # Who forks and ends again and again is gone from any list at once, but is young, and a child of ours by then.
        for pid in reversed(listing()):
            if parent(pid) == root:
                kill([pid])
        time.sleep(KILL_ROUND_SECONDS)
        rounds += 1
        if rounds == PATIENT_ROUNDS:
            stop_forks(groups)


def pass_on(content, sink):
    """Writes to the command's input, unless it has none or reads no more."""
    try:
        while content and sink is not None:
            content = content[os.write(sink, content) :]
    except OSError:
        pass


def kilobytes(file):
    """Reads lines such as `VmSwap:  12 kB` of a file in /proc. Raises OSError if it cannot be read."""
    with open(file, "rb") as lines:
        split = [line.split() for line in lines]
    # What a process calls itself stands there, too.
    return {parts[0]: int(parts[1]) for parts in split if parts[2:] == [b"kB"] and parts[1].isdigit()}


def shared_memory(process):
    """Gives the bytes in a process's /dev/shm, if that is its own."""
    try:
        inside = "/proc/%d/root/dev/shm" % process
        if os.stat(inside).st_dev == os.stat("/dev/shm").st_dev:
            return 0
        size = os.statvfs(inside)
        return (size.f_blocks - size.f_bfree) * size.f_frsize + (size.f_files - size.f_ffree) * INODE_BYTES
    except OSError:
        return 0  # gone in the meantime, or on its way in


def holds_too_much(processes, limit):
    """Tells whether processes hold more memory together than a limit, what they share counted once."""
    bound, exact, tables = 0, 0, 0
    for process in processes:
        try:
            found = kilobytes("/proc/%d/status" % process)
            bound += sum(found.get(name, 0) for name in (b"RssAnon:", b"RssShmem:", b"VmSwap:"))
            tables += found.get(b"VmPTE:", 0)
        except OSError:
            pass  # gone in the meantime
    shared = max(map(shared_memory, processes), default=0)  # those that have ended do not see theirs any more
    if (bound + tables) * 1024 + shared <= limit:
        return False
    for process in processes:
        try:
            found = kilobytes("/proc/%d/smaps_rollup" % process)
        except (FileNotFoundError, ProcessLookupError):
            continue
        except OSError:
            return True  # it hides what it holds
        exact += found.get(b"SwapPss:", 0) + found.get(b"Pss_Anon:", found.get(b"Pss:", 0))
        exact += 0 if shared else found.get(b"Pss_Shmem:", 0)
    return (exact + tables) * 1024 + shared > limit


def wait(first, wakeup, sink, processes, memory, files):
    """Waits until the process has ended, our standard input has, `processes` hold more memory than `memory`, or the
    run's files are too many. Returns the wait status of the process, or None; and whether memory was the reason."""
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
    """Counts the processes of this container that were killed for want of memory; -1 if nobody counts them."""
    for counter in MEMORY_COUNTERS:
        try:
            with open(counter) as lines:
                return int(dict(line.split() for line in lines)["oom_kill"])
        except (OSError, ValueError, KeyError):
            pass
    return -1


def main(command):
    """Runs the command to its end. Returns the exit status for ourselves."""
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
        pass  # we lead a process group already
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # a terminal's Ctrl-C is the worker's affair
    wakeup, alarm = os.pipe()
    os.set_blocking(alarm, False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(alarm, warn_on_full_buffer=False)
    source, sink = os.pipe() if passes_input else (os.open(os.devnull, os.O_RDONLY), None)
    answer, tell = os.pipe()
    first = start(command, os.getpid(), source, confined(policy, command, tell) if policy else None)
    os.close(source)
    os.close(tell)
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
    told = os.read(answer, 16).strip()  # nobody is left who could write
    if told.isdigit():
        status = int(told)
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
        os.set_blocking(1, True)  # or the line could be lost: the command shares this setting
        os.write(1, ('\n{"event": "exited", %s}\n' % ended).encode())
    except OSError:
        pass  # nobody listens any more
    return code


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))
