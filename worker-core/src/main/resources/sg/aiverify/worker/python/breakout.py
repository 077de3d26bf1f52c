"""Checks a sandbox: runs Python code inside that tries to break out.

    python -I -S -B breakout.py DIRECTORY

The directory contains `policy`, for a run with the work directory DIRECTORY/run and the readable directory DIRECTORY/shared.
Prints one line: `held`, or the problem.
"""

import os
import select
import signal
import socket
import subprocess
import sys
import time

MARK = "aiverify-breakout"
HERE = os.path.dirname(os.path.abspath(__file__))


def attempts(directory, victim, tcp, udp, abstract):
    """Lists (description, function) of the attempts that must fail in the sandbox. An attempt has failed if the function
    raises OSError or returns False."""
    import ctypes
    import fcntl

    libc = ctypes.CDLL(None, use_errno=True)
    own, shared, secret = (os.path.join(directory, name) for name in ("run", "shared", "secret"))

    def call(name, *arguments):
        return getattr(libc, name)(*arguments) == 0

    def read(path):
        with open(path, "rb") as file:
            return MARK.encode() in file.read()

    def write(path, mode):
        with open(path, mode) as file:
            return file.write("changed") > 0

    def environments():
        return any(read_if_possible(name) for name in os.listdir("/proc") if name.isdigit())

    def read_if_possible(process):
        try:
            return read("/proc/%s/environ" % process)
        except OSError:
            return False

    def connect(family, kind, address):
        with socket.socket(family, kind) as client:
            client.settimeout(2)
            client.connect(address)
            return client.send(b"x") == 1

    def send_from(one):
        with one:
            return one.sendto(b"x", os.path.join(directory, "datagrams")) == 1

    file = os.path.join(shared, "file")
    return [
        ("read a file of others", lambda: read(os.path.join(secret, "file"))),
        ("list a directory of others", lambda: MARK in os.listdir(secret)),
        ("write over a shared file", lambda: write(file, "r+")),
        ("truncate a shared file", lambda: os.truncate(file, 0) is None),
        ("add a file to a shared directory", lambda: write(os.path.join(shared, "new"), "w")),
        ("remove a shared file", lambda: os.remove(file) is None),
        ("replace a shared file", lambda: os.rename(os.path.join(own, "mine"), file) is None),
        ("write outside its directory", lambda: write(os.path.join(directory, "new"), "w") and False),  # may be its own /tmp
        ("read the environment of another process", environments),
        ("kill another process", lambda: os.kill(victim, signal.SIGKILL) is None and False),  # `outside` checks the victim
        ("inspect another process", lambda: call("ptrace", 16, victim, 0, 0)),
        ("connect by TCP", lambda: connect(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", tcp))),
        ("send by UDP", lambda: connect(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", udp))),
        ("connect to an abstract socket", lambda: connect(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + abstract)),
        ("connect to a socket", lambda: connect(socket.AF_UNIX, socket.SOCK_STREAM, os.path.join(directory, "socket"))),
        ("send to a socket", lambda: send_from(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))),
        ("send raw to a socket", lambda: send_from(socket.socket(socket.AF_UNIX, socket.SOCK_RAW))),
        ("send to a socket from a pair", lambda: send_from(socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0])),
        ("open a setting of the kernel", lambda: os.open("/proc/sys/kernel/hostname", os.O_WRONLY) >= 0),
        ("open a switch of the kernel", lambda: os.open("/proc/sysrq-trigger", os.O_WRONLY) >= 0),
        ("become another user", lambda: os.setuid(os.getuid() + 1) is None),
        ("mount", lambda: call("mount", b"tmpfs", os.fsencode(own), b"tmpfs", 0, None)),
        ("create a user namespace", lambda: call("unshare", 0x10000000)),
        ("change the permissions of a shared file", lambda: os.chmod(file, 0o600) or os.stat(file).st_mode & 0o777 == 0o600),
        ("change the times of a shared file", lambda: os.utime(file, (1, 1)) or os.stat(file).st_mtime == 1),
        ("keep others from opening a shared file", lambda: fcntl.fcntl(os.open(file, os.O_RDONLY), 1024, 1) == 0),
        ("create a program that gets its owner's rights", lambda: os.chmod(os.path.join(own, "mine"), 0o4755) is None),
    ]


def inside(directory, *arguments):
    """Makes all attempts, and performs the actions that a run needs. Prints the attempts that succeeded and the actions that
    failed."""
    tries = attempts(directory, int(arguments[0]), int(arguments[1]), int(arguments[2]), arguments[3])
    shared = os.path.join(directory, "shared", "file")
    found = []
    try:
        import multiprocessing  # the test engine creates a lock

        with open(os.path.join(directory, "run", "mine"), "w") as file:
            file.write("own")
        with open(shared) as file:
            file.read()
        with open(os.devnull, "w") as file:
            file.write("x")
        if os.waitstatus_to_exitcode(os.system("exit 3")) != 3:
            found.append("cannot start a program")
        multiprocessing.Lock()
    except OSError as error:
        found.append("cannot do its work: %s" % error)
    for what, action in tries:
        try:
            if action():
                found.append("could " + what)
        except OSError:
            pass
    print("; ".join(found) or "held")


def listener(family, kind, address):
    server = socket.socket(family, kind)
    server.bind(address)
    if kind == socket.SOCK_STREAM:
        server.listen()
    return server


def outside(directory):
    """Creates the targets that a sandbox must protect, and runs the attempts in the sandbox. Returns the text to print."""
    for name in ("secret", "shared"):
        os.makedirs(os.path.join(directory, name), exist_ok=True)
        with open(os.path.join(directory, name, "file"), "w") as file:
            file.write(MARK)
    os.makedirs(os.path.join(directory, "secret", MARK), exist_ok=True)
    abstract = "%s-%d-%d" % (MARK, os.getpid(), time.monotonic_ns())
    tcp = listener(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
    udp = listener(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))
    other = listener(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + abstract)
    os.chdir(directory)  # a socket's path must be short
    named = listener(socket.AF_UNIX, socket.SOCK_STREAM, "socket")
    datagrams = listener(socket.AF_UNIX, socket.SOCK_DGRAM, "datagrams")
    os.chdir(os.path.join(directory, "run"))
    victim = subprocess.Popen(["sleep", "60"], env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "MARK": MARK})
    try:
        python = [sys.executable, "-I", "-S", "-B"]
        targets = [directory, victim.pid, tcp.getsockname()[1], udp.getsockname()[1], abstract]
        trial = subprocess.Popen(
            [*python, os.path.join(HERE, "supervisor.py"), "--policy", os.path.join(directory, "policy")]
            + [*python, os.path.abspath(__file__), "inside", *map(str, targets)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        )
        output = [line for line in trial.stdout.read().splitlines() if line and not line.startswith('{"event"')]
        trial.wait()
        found = [] if output[-1:] == ["held"] else output[-3:] or ["no output"]
        if victim.poll() is not None:
            found.append("could kill another process")
        sockets = (("TCP", tcp), ("UDP", udp), ("an abstract socket", other), ("a named socket", named))
        for what, server in (*sockets, ("a named socket by datagrams", datagrams)):
            if select.select([server], [], [], 0)[0]:
                found.append("could reach " + what)
        if os.path.exists(os.path.join(directory, "new")):
            found.append("could write outside its directory")
        with open(os.path.join(directory, "shared", "file")) as file:
            if file.read() != MARK:
                found.append("could change a shared file")
        return "; ".join(found) or "held"
    finally:
        victim.kill()
        victim.wait()


if __name__ == "__main__":
    if sys.argv[1] == "inside":
        inside(*sys.argv[2:])
    else:
        sys.stdout.write(outside(sys.argv[1]) + "\n")
