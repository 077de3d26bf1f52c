"""Locks a process in before it runs foreign code. Linux only, standard library only.

supervisor.py uses it between fork and exec, so that not even an environment's start-up files run outside. A policy is
a text file, one rule a line, the first word tells which:

    mode landlock|bubblewrap|none
    namespaces yes|no        landlock: in namespaces of its own, on a root of its own; without, the rules stand alone
    read PATH                may be read; what does not exist is left out
    write PATH               may be written: the run's directory
    tmp PATH                 what is shown as /tmp, where there are namespaces
    root PATH                an empty directory on which the new root is built
    shm BYTES                the most that /dev/shm of its own may hold
    bubblewrap PATH          the program
    group PATH               a cgroup.procs file to join
    disk BYTES               the most that what it writes may take, which supervisor.py sees to
    limit NAME VALUE         a resource limit, for example FSIZE 1048576

With landlock and namespaces three layers hold, each by itself: a root file system that shows only what the policy names,
all of it read-only but the run's directory; Landlock rules over the same paths, which also refuse TCP, signals and
abstract sockets to the outside and looking into other processes; and a filter that refuses system calls by which one
gets out. bubblewrap has the first and the third.
"""

import ctypes
import errno
import os
import resource
import signal
import struct
import sys

INSIDE_ID = 1000  # what a run of root's is inside; others keep their own
DEVICES = ("null", "zero", "full", "random", "urandom")
GPU_DEVICES = ("nvidia", "dri", "kfd", "dxg")
SYSTEM = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store"),
    *("/etc/" + name for name in (
        "passwd group nsswitch.conf hosts host.conf hostname gai.conf protocols services os-release debian_version"
        " ld.so.cache ld.so.conf ld.so.conf.d ld.so.preload alternatives localtime timezone locale.conf default/locale"
        " fonts ssl/certs ssl/openssl.cnf ca-certificates pki/tls/certs pki/ca-trust mime.types magic matplotlibrc"
        " OpenCL ImageMagick-6").split()),
    *("/sys/devices/system", "/sys/fs/cgroup", "/sys/kernel/mm/transparent_hugepage", "/sys/class/drm"),
    *("/sys/module/nvidia", "/run/opengl-driver"),
)

CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x2000000, 0x4000000, 0x8000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
CLONE_NAMESPACES = 0x7E020000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 8, 4096, 16384, 1 << 18
MNT_DETACH = 2
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID = 1, 2
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP = 1, 4, 22, 24
PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4
SYS_MOUNT_SETATTR, SYS_LANDLOCK_CREATE, SYS_LANDLOCK_ADD, SYS_LANDLOCK_RESTRICT = 442, 444, 445, 446

# Landlock's rights on files: see landlock(7).
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_FILE = 1, 2, 4, 8, 1 << 5
MAKE_CHAR, MAKE_REG, MAKE_BLOCK = 1 << 6, 1 << 8, 1 << 11
TRUNCATE, IOCTL_DEV = 1 << 14, 1 << 15
ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
FILE_RIGHTS = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF, 5: 0xFFFF}  # handled, by version of the interface

libc = ctypes.CDLL(None, use_errno=True)


class Policy:
    """What a file of rules says."""

    def __init__(self, file):
        """Reads a file, given by its path or its descriptor."""
        self.file = file
        self.mode, self.namespaces, self.bubblewrap = "none", False, None
        self.read, self.write, self.groups, self.limits = [], [], [], {}
        self.tmp = self.root = self.shm = self.disk = None
        with open(file, encoding="utf-8", errors="surrogateescape") as lines:
            for line in lines.read().split("\n"):
                word, _, rest = line.partition(" ")
                if word == "namespaces":
                    self.namespaces = rest == "yes"
                elif word in ("read", "write"):
                    getattr(self, word).append(rest)
                elif word == "group":
                    self.groups.append(rest)
                elif word == "limit":
                    name, _, value = rest.partition(" ")
                    self.limits[name] = int(value)
                elif word in ("mode", "tmp", "root", "shm", "bubblewrap", "disk"):
                    setattr(self, word, rest)
                elif word:
                    raise ValueError("unknown rule: " + line)
        if self.mode not in ("landlock", "bubblewrap", "none"):
            raise ValueError("unknown mode: " + self.mode)

    def readable(self):
        """Lists what is there of what may be read."""
        return [path for path in (*SYSTEM, *self.read) if path and os.path.exists(path)]

    def devices(self):
        """Lists the device files that a run may use."""
        found = ["/dev/" + name for name in DEVICES]
        found += ["/dev/" + name for name in sorted(os.listdir("/dev")) if name.startswith(GPU_DEVICES)]
        return [path for path in found if os.path.exists(path)]


def check(result, what):
    """Raises OSError if a call of the C library has failed."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, "%s: %s" % (what, os.strerror(number)))
    return result


def prctl(option, *values):
    arguments = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    check(libc.prctl(option, *arguments), "prctl %d" % option)


def syscall(number, what, *arguments):
    return check(libc.syscall(ctypes.c_long(number), *arguments), what)


def mount(source, target, kind, flags, data=None):
    encoded = [os.fsencode(text) if text is not None else None for text in (source, target, kind, data)]
    check(libc.mount(encoded[0], encoded[1], encoded[2], ctypes.c_ulong(flags), encoded[3]), "mount %s" % target)


# --- Where a run is -------------------------------------------------------------------------------------------------


def resolve(path):
    """Follows a path's links. Returns where it ends, and the links on the way: [(link, its text)]."""
    links, done, left = [], "/", [part for part in path.split("/") if part]
    while left:
        step = os.path.normpath(os.path.join(done, left.pop(0)))
        if os.path.islink(step):
            if len(links) > 40:
                raise OSError(errno.ELOOP, "too many links: " + path)
            text = os.readlink(step)
            links.append((step, text))
            left = [part for part in text.split("/") if part] + left
            done = "/" if text.startswith("/") else done
        else:
            done = step
    return done, links


def is_below(path, directory):
    return path == directory or path.startswith(directory.rstrip("/") + "/")


def shown(paths):
    """Says what must be shown so that the paths work: directories and files, none below another, and links."""
    found, links = set(), {}
    for path in paths:
        end, on_the_way = resolve(path)
        if end == "/":
            raise ValueError("the policy would show everything: " + path)
        found.add(end)
        links.update(on_the_way)
    kept = []
    for path in sorted(found):
        if not any(is_below(path, other) for other in kept):
            kept.append(path)
    outside = {link: text for link, text in links.items() if not any(is_below(link, other) for other in kept)}
    return kept, sorted(outside.items())


def new_root(policy):
    """Leaves the old root for one that shows what the policy names, read-only but the run's directory.

    For the first process of a process namespace, in user and mount namespaces of its own.
    """
    root, writable = policy.root, []

    def bind(source, target):
        if os.path.isdir(source):
            os.makedirs(root + target, exist_ok=True)
        else:
            os.makedirs(os.path.dirname(root + target), exist_ok=True)
            os.close(os.open(root + target, os.O_WRONLY | os.O_CREAT, 0o600))
        mount(source, root + target, None, MS_BIND | MS_REC)

    mount(None, "/", None, MS_REC | MS_PRIVATE)
    mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=4m")
    if policy.tmp:
        bind(policy.tmp, "/tmp")
        writable.append("/tmp")
    paths, links = shown(policy.readable())
    for path in (*paths, *policy.devices()):
        bind(path, path)
    for link, text in links:
        os.makedirs(os.path.dirname(root + link), exist_ok=True)
        if not os.path.lexists(root + link):
            os.symlink(text, root + link)
    for link, text in (("/dev/fd", "/proc/self/fd"), ("/dev/stdout", "/proc/self/fd/1"), ("/dev/stderr", "/proc/self/fd/2")):
        os.symlink(text, root + link)
    os.makedirs(root + "/proc", exist_ok=True)
    mount("proc", root + "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    os.makedirs(root + "/dev/shm", exist_ok=True)
    size = ",size=" + policy.shm if policy.shm else ""
    mount("tmpfs", root + "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777" + size)
    writable.append("/dev/shm")
    for path in policy.write:
        end, _ = resolve(path)
        bind(end, end)
        writable.append(end)
    change_mount(root, AT_RECURSIVE, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, 0)
    for path in writable:
        change_mount(root + path, 0, 0, MOUNT_ATTR_RDONLY)
    os.chdir(root)
    check(libc.pivot_root(b".", b"."), "pivot_root")
    check(libc.umount2(b".", MNT_DETACH), "umount2")
    os.chdir("/")


def change_mount(path, flags, add, remove):
    attributes = struct.pack("QQQQ", add, remove, 0, 0)
    arguments = (ctypes.c_int(AT_FDCWD), ctypes.c_char_p(os.fsencode(path)), ctypes.c_uint(flags))
    content = ctypes.create_string_buffer(attributes, len(attributes))
    syscall(SYS_MOUNT_SETATTR, "mount_setattr %s" % path, *arguments, content, ctypes.c_size_t(len(attributes)))


def own_namespaces():
    """Moves into namespaces of its own; the process namespace is that of children."""
    user, group = os.geteuid(), os.getegid()
    kinds = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS
    check(libc.unshare(kinds), "unshare")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", "%d %d 1" % (user or INSIDE_ID, user)),
        ("gid_map", "%d %d 1" % (group or INSIDE_ID, group)),
    ):
        with open("/proc/self/" + name, "w") as file:
            file.write(text)


# --- What a run may do ----------------------------------------------------------------------------------------------


def landlock_version():
    """Asks the kernel for its version of Landlock's interface. Raises OSError if there is none."""
    return syscall(SYS_LANDLOCK_CREATE, "landlock", None, ctypes.c_size_t(0), ctypes.c_uint(1))


def landlock(policy):
    """Takes from this process and its children all rights on files, TCP and others that the policy does not give."""
    version = landlock_version()
    handled = FILE_RIGHTS[min(version, 5)]
    attributes = struct.pack("QQQ", handled, 3, 3)[: 8 if version < 4 else 16 if version < 6 else 24]
    content = ctypes.create_string_buffer(attributes, len(attributes))
    size = ctypes.c_size_t(len(attributes))
    ruleset = syscall(SYS_LANDLOCK_CREATE, "landlock_create_ruleset", content, size, ctypes.c_uint(0))

    def allow(path, rights):
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            rights &= handled if os.path.isdir(path) else handled & ON_FILES
            rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, descriptor), 12)
            place = (ctypes.c_int(ruleset), ctypes.c_int(1))
            syscall(SYS_LANDLOCK_ADD, "landlock_add_rule %s" % path, *place, rule, ctypes.c_uint(0))
        finally:
            os.close(descriptor)

    for path in (*policy.readable(), "/proc"):
        allow(path, EXECUTE | READ_FILE | READ_DIR)
    for path in policy.devices():
        allow(path, READ_FILE | WRITE_FILE | READ_DIR | TRUNCATE | IOCTL_DEV)
    everything = handled & ~(MAKE_CHAR | MAKE_BLOCK)
    own = ["/dev/shm"] + (["/tmp"] if policy.tmp else []) if policy.namespaces else []
    for path in (*policy.write, *own):
        allow(path, everything)
    if not policy.namespaces and os.path.isdir("/dev/shm"):
        # Locks of multiprocessing lie here, and so does what others share: what one cannot list, one must guess.
        allow("/dev/shm", READ_FILE | WRITE_FILE | TRUNCATE | MAKE_REG | REMOVE_FILE)
    syscall(SYS_LANDLOCK_RESTRICT, "landlock_restrict_self", ctypes.c_int(ruleset), ctypes.c_uint(0))
    os.close(ruleset)


def drop_capabilities():
    """Gives up all capabilities, for good."""
    try:
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    except OSError:
        pass  # there are none
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError as error:
            if error.errno != errno.EPERM:
                break  # beyond the kernel's last
    header = ctypes.create_string_buffer(struct.pack("Ii", 0x20080522, 0), 8)
    check(libc.capset(header, ctypes.create_string_buffer(bytes(24), 24)), "capset")


# Refused: to look into others, to change where one is, to reach the kernel past all rules. By machine: the audit
# architecture, the numbers of calls that are looked at, of those that reach others where there are no namespaces, and
# of those that are always refused; those from 424 on are the same everywhere.
MACHINES = {
    "x86_64": (0xC000003E, dict(clone=56, socket=41, pair=53, prlimit=302), (
        42, 240, *range(29, 32), *range(64, 67), *range(68, 72), 220,  # connect, mq_open, shm*, sem*, msg*
    ), (
        *(101, 310, 311, 312),  # ptrace, process_vm_readv, process_vm_writev, kcmp
        *(165, 166, 155, 161, 308, 272),  # mount, umount2, pivot_root, chroot, setns, unshare
        *(321, 298, 323),  # bpf, perf_event_open, userfaultfd
        *(248, 249, 250),  # add_key, request_key, keyctl
        *(175, 313, 176, 246, 320, 169),  # init_module, finit_module, delete_module, kexec_*, reboot
        *(303, 304),  # name_to_handle_at, open_by_handle_at
        *(103, 163, 167, 168, 179),  # syslog, acct, swapon, swapoff, quotactl
        *(170, 171, 164, 227, 159, 305),  # set*name, settimeofday, clock_settime, adjtimex, clock_adjtime
        *(154, 172, 173),  # modify_ldt, iopl, ioperm
    )),
    "aarch64": (0xC00000B7, dict(clone=220, socket=198, pair=199, prlimit=261), (203, 180, *range(186, 197)), (
        *(117, 270, 271, 272), *(40, 39, 41, 51, 268, 97), *(280, 241, 282), *(217, 218, 219),
        *(105, 273, 106, 104, 294, 142), *(264, 265), *(116, 89, 224, 225, 60), *(161, 162, 170, 112, 171, 266),
    )),
}
# io_uring_*, open_tree to fspick, pidfd_getfd, mount_setattr, quotactl_fd
REFUSED_EVERYWHERE = (425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 442, 443)
CLONE3 = 435


def filter_program(machine, alone):
    """Writes the filter for system calls, in the kernel's byte code. Sockets are of the kind that stays on a machine;
    unless the process is `alone` in namespaces of its own, not even those are connected to."""
    architecture, known, reaching, numbers = MACHINES[machine]
    load, equal, at_least, has, answer = 0x20, 0x15, 0x35, 0x45, 0x06
    program = []

    def add(code, k, yes=0, no=0):
        program.append(struct.pack("HBBI", code, yes, no, k))

    def refuse(number):
        add(answer, 0x50000 | number)

    add(load, 4)
    add(equal, architecture, 1, 0)
    refuse(errno.EPERM)
    add(load, 0)
    add(at_least, 0x40000000, 0, 1)  # another way of numbering
    refuse(errno.EPERM)
    for number in (*numbers, *REFUSED_EVERYWHERE, *(() if alone else reaching)):
        add(equal, number, 0, 1)
        refuse(errno.EPERM)
    add(equal, CLONE3, 0, 1)
    refuse(errno.ENOSYS)  # its flags lie in memory; callers fall back to clone
    add(equal, known["clone"], 0, 4)
    add(load, 16)
    add(has, CLONE_NAMESPACES, 0, 1)
    refuse(errno.EPERM)
    add(load, 0)
    add(equal, known["prlimit"], 0, 4)
    add(load, 16)
    add(equal, 0, 1, 0)  # itself
    refuse(errno.EPERM)
    add(load, 0)
    add(equal, known["socket"], 0, 3)
    add(load, 16)
    add(equal, 1, 1, 0)  # AF_UNIX
    refuse(errno.EAFNOSUPPORT)
    if not alone:
        add(load, 0)
        add(equal, known["socket"], 1, 0)
        add(equal, known["pair"], 0, 5)
        add(load, 24)
        add(0x54, 0xF)  # and: without the flags
        add(equal, 2, 1, 0)  # SOCK_DGRAM: needs no connection, and sends elsewhere even if it has one
        add(equal, 3, 0, 1)  # SOCK_RAW, another word for it
        refuse(errno.EPERM)
    add(answer, 0x7FFF0000)
    return b"".join(program)


def filter_system_calls(alone):
    """Refuses system calls by which one gets out, to this process and its children. Raises OSError on machines whose
    numbers are not known."""
    machine = os.uname().machine
    if machine not in MACHINES:
        raise OSError(errno.ENOSYS, "no filter of system calls for " + machine)
    program = filter_program(machine, alone)
    content = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(content))
    header = ctypes.create_string_buffer(header, len(header))
    prctl(PR_SET_SECCOMP, 2, ctypes.addressof(header))


def set_limits(limits):
    """Sets resource limits, soft and hard."""
    for name, value in limits.items():
        number = getattr(resource, "RLIMIT_" + name)
        hard = resource.getrlimit(number)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(number, (value, value))


# --- The ways in ----------------------------------------------------------------------------------------------------


def lock(policy):
    """Locks this process in, once it is where it shall be."""
    set_limits(policy.limits)
    drop_capabilities()
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    if policy.mode == "landlock":
        landlock(policy)
    filter_system_calls(policy.mode == "bubblewrap" or policy.namespaces)


def execute(policy, command, directory, status):
    """Executes a command as the policy says; does not return. For a process that does nothing else any more.

    `status` is a descriptor on which the command's wait status is told where this process cannot end in the same way.
    """
    for group in policy.groups:
        with open(group, "w") as file:
            file.write("0")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if policy.mode == "bubblewrap":
        rules = os.open(policy.file, os.O_RDONLY)
        for descriptor in (rules, status):
            os.set_inheritable(descriptor, True)
        inside = [sys.executable, "-I", "-S", "-B", os.path.abspath(__file__), str(rules), str(status)]
        os.execv(policy.bubblewrap, [*bubblewrap(policy, directory), "--", *inside, *command])
    if policy.mode == "landlock" and policy.namespaces:
        own_namespaces()
        first = os.fork()
        if first:
            end_as(os.waitpid(first, 0)[1])
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        new_root(policy)
        os.chdir(directory)
        start(policy, command, status)
    if policy.mode == "landlock":
        lock(policy)
    else:
        set_limits(policy.limits)
    os.execvp(command[0], command)


def start(policy, command, status):
    """Starts the command locked in, and tells how it ended; does not return. Buries whom others leave, too: this may be
    the first process of its namespace, which no signal from inside reaches."""
    prctl(PR_SET_DUMPABLE, 0)  # before there is anybody who could look into this process
    child = os.fork()
    if child == 0:
        lock(policy)
        os.execvp(command[0], command)
    drop_capabilities()
    for descriptor in (0, 1, 2):
        os.close(descriptor)
    while True:
        pid, ended = os.wait()
        if pid == child:
            os.write(status, b"%d\n" % ended)
            os._exit(0)


def end_as(status):
    """Ends this process as another one has ended."""
    if os.WIFSIGNALED(status):
        if os.WTERMSIG(status) not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.WEXITSTATUS(status))


def bubblewrap(policy, directory):
    """Gives the command line that shows the same as `new_root`, up to the command."""
    user, group = os.geteuid() or INSIDE_ID, os.getegid() or INSIDE_ID
    line = [policy.bubblewrap, "--unshare-user", "--uid", str(user), "--gid", str(group), "--unshare-pid"]
    line += ["--unshare-net", "--unshare-ipc", "--unshare-uts", "--cap-drop", "ALL", "--die-with-parent"]
    line += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/dev/shm"]
    if policy.tmp:
        line += ["--bind", policy.tmp, "/tmp"]
    paths, links = shown(policy.readable())
    for path in paths:
        line += ["--ro-bind", path, path]
    for path in policy.devices():
        if path[5:] not in DEVICES:
            line += ["--dev-bind", path, path]
    for link, text in links:
        line += ["--symlink", text, link]
    for path in policy.write:
        end, _ = resolve(path)
        line += ["--bind", end, end]
    # Of /proc/sys, too: for the kernel a root in another namespace is still its owner.
    return [*line, "--remount-ro", "/proc", "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", directory]


def main(arguments):
    """Goes on inside bubblewrap: the descriptors of the rules and for the status, and the command."""
    try:
        rules, status = int(arguments[0]), int(arguments[1])
        os.set_inheritable(status, False)
        start(Policy(rules), arguments[2:], status)
    except (OSError, ValueError) as error:
        os.write(2, ("the sandbox cannot be set up: %s\n" % error).encode())
    finally:
        os._exit(126)


if __name__ == "__main__":
    main(sys.argv[1:])
