"""Confines a process before it runs untrusted code. Linux only, standard library only.

supervisor.py uses this module between fork and exec. So even the start-up files of an environment run in the sandbox. A
policy is a text file with one rule on each line. A line begins with the rule's name:

    mode landlock|bubblewrap|none
    namespaces yes|no        landlock: whether the run has its own namespaces and root file system
    read PATH                a readable path; the rule is ignored if the path does not exist
    write PATH               a writable path: the run's directory
    tmp PATH                 the directory that the run sees as /tmp, if it has namespaces
    root PATH                an empty directory, on which the new root is mounted
    shm BYTES                the size limit of the run's own /dev/shm
    user ID                  if the worker is root: the user of the run, outside the sandbox; this user owns only the run's
                             directory
    memory BYTES             the limit for the memory of all the run's processes, if there is no control group: memory that
                             cannot be counted is refused, and supervisor.py counts the rest
    bubblewrap PATH          the path of the program bubblewrap
    group PATH               the cgroup.procs file of a control group that the run joins
    disk BYTES               the limit for the size of all files that the run writes; supervisor.py applies this limit
    limit NAME VALUE         a resource limit, for example FSIZE 1048576
    network yes              for installers: the process can use the machine's network, but no other kinds of sockets, and
                             can change permissions of files in any directory; without this rule it has no network

Landlock with namespaces has three independent layers. The first one is a root file system that contains only the policy's
paths, which are read-only except the run's directory. The second one consists of Landlock's rules for the same paths. They
also refuse TCP, signals and abstract sockets to the outside, and access to other processes. The third one is a filter that
refuses system calls that could leave the sandbox. The sandbox bubblewrap has the first and the third layer.
"""

import ctypes
import errno
import os
import resource
import signal
import stat
import struct
import sys

INSIDE_ID = 1000  # the user of root's runs inside the sandbox; other users keep their ids
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
FILE_RIGHTS = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF, 5: 0xFFFF}  # all rights that each version of the interface knows

libc = ctypes.CDLL(None, use_errno=True)


class Policy:
    """The rules of a policy file."""

    def __init__(self, file):
        """Reads the rules from a file, a path or a descriptor."""
        self.file = file
        self.mode, self.namespaces, self.bubblewrap = "none", False, None
        self.read, self.write, self.groups, self.limits = [], [], [], {}
        self.tmp = self.root = self.shm = self.user = self.memory = self.disk = None
        self.network = False
        with open(file, encoding="utf-8", errors="surrogateescape") as lines:
            for line in lines.read().split("\n"):
                word, _, rest = line.partition(" ")
                if word == "namespaces":
                    self.namespaces = rest == "yes"
                elif word == "network":
                    self.network = rest == "yes"
                elif word in ("read", "write"):
                    getattr(self, word).append(rest)
                elif word == "group":
                    self.groups.append(rest)
                elif word == "limit":
                    name, _, value = rest.partition(" ")
                    self.limits[name] = int(value)
                elif word in ("user", "memory"):
                    setattr(self, word, int(rest))
                elif word in ("mode", "tmp", "root", "shm", "bubblewrap", "disk"):
                    setattr(self, word, rest)
                elif word:
                    raise ValueError("unknown rule: " + line)
        if self.mode not in ("landlock", "bubblewrap", "none"):
            raise ValueError("unknown mode: " + self.mode)

    def readable(self):
        """Lists the readable paths that exist."""
        return [path for path in (*SYSTEM, *self.read) if path and os.path.exists(path)]

    def devices(self):
        """Lists the device files that a run may use."""
        # Without /dev/zero, since a shared mapping of this device is memory that cannot be counted.
        found = ["/dev/" + name for name in DEVICES if name != "zero" or self.memory is None]
        found += ["/dev/" + name for name in sorted(os.listdir("/dev")) if name.startswith(GPU_DEVICES)]
        return [path for path in found if os.path.exists(path)]


def check(result, what):
    """Raises OSError if a call of the C library has failed, else returns its result."""
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


# --- The run's files -----------------------------------------------------------------------------------------------


def resolve(path):
    """Follows a path's links. Returns the path without links, and a list of (link, its text) of the followed links."""
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


def above(paths):
    """Lists all parent directories of the paths, except the root."""
    found = set()
    for path in paths:
        while len(os.path.dirname(path)) > 1:
            path = os.path.dirname(path)
            found.add(path)
    return found


def shown(paths):
    """Returns the directories and files to show, without those below another one. Also returns the links that must exist so
    that the paths are valid."""
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
    """Changes to a new root that contains only the policy's paths. They are read-only, except the run's directory.

    To be called by the first process of a process namespace, in its own user and mount namespaces.
    """
    root, writable = policy.root, []
    os.umask(0o022)  # the process may run as another user later

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


def own_namespaces(kinds, outside=None):
    """Enters a new user namespace, and new namespaces of the given kinds. A process namespace applies only to child processes.

    The user namespace contains only the user of this process. With `outside`, it contains root and INSIDE_ID, which is the
    user `outside` outside the namespace. This needs the right to change the user. The process must then call `give_up`.
    """
    user, group = os.geteuid(), os.getegid()
    if outside is None:
        check(libc.unshare(CLONE_NEWUSER | kinds), "unshare")
        write_maps(os.getpid(), "%d %d 1" % (user or INSIDE_ID, user), "%d %d 1" % (group or INSIDE_ID, group), "deny")
        return
    moved, this = os.pipe(), os.getpid()
    helper = os.fork()  # only a process outside the namespace can map several users
    if helper == 0:
        try:
            os.close(moved[1])
            if os.read(moved[0], 1):
                both = "0 0 1\n%d %d 1\n" % (INSIDE_ID, outside)
                write_maps(this, both, both, "allow")
                os._exit(0)
        finally:
            os._exit(1)
    check(libc.unshare(CLONE_NEWUSER | kinds), "unshare")
    os.write(moved[1], b".")
    for descriptor in moved:
        os.close(descriptor)
    if os.waitpid(helper, 0)[1]:
        raise OSError(errno.EPERM, "the user %d is not available in a user namespace" % outside)


def write_maps(process, users, groups, setgroups):
    for name, text in (("setgroups", setgroups), ("uid_map", users), ("gid_map", groups)):
        with open("/proc/%d/%s" % (process, name), "w") as file:
            file.write(text)


def hand_over(policy):
    """Makes the run's user the owner of the run's directory and pipes. Must be called before untrusted code runs there."""
    for top in policy.write:
        os.lchown(top, policy.user, policy.user)
        for place, directories, files in os.walk(top):
            for name in (*directories, *files):
                os.lchown(os.path.join(place, name), policy.user, policy.user)
    for descriptor in (0, 1, 2):
        if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            os.fchown(descriptor, policy.user, policy.user)  # otherwise /dev/stdout could not be opened


# --- The run's rights ----------------------------------------------------------------------------------------------


def landlock_version():
    """Returns the version of the kernel's Landlock interface. Raises OSError if the kernel has no such interface."""
    return syscall(SYS_LANDLOCK_CREATE, "landlock", None, ctypes.c_size_t(0), ctypes.c_uint(1))


def landlock(policy):
    """Drops all rights that the policy does not grant, such as those on files and TCP, for this process and its children."""
    version = landlock_version()
    handled = FILE_RIGHTS[min(version, 5)]
    attributes = struct.pack("QQQ", handled, 0 if policy.network else 3, 3)
    attributes = attributes[: 8 if version < 4 else 16 if version < 6 else 24]
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
        # The directory contains the locks of multiprocessing, and files of other users. The run cannot list it, and must
        # guess the names of these files.
        allow("/dev/shm", READ_FILE | WRITE_FILE | TRUNCATE | MAKE_REG | REMOVE_FILE)
    syscall(SYS_LANDLOCK_RESTRICT, "landlock_restrict_self", ctypes.c_int(ruleset), ctypes.c_uint(0))
    os.close(ruleset)


def give_up(user=None):
    """Drops all capabilities permanently. With `user`, changes to that user, without supplementary groups."""
    try:
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    except OSError:
        pass  # the process has no such capabilities
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError as error:
            if error.errno != errno.EPERM:
                break  # the kernel has no more capabilities
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    header = ctypes.create_string_buffer(struct.pack("Ii", 0x20080522, 0), 8)
    check(libc.capset(header, ctypes.create_string_buffer(bytes(24), 24)), "capset")


# The filter refuses calls that an algorithm never needs. These calls inspect other processes, change namespaces or mounts,
# bypass the rules in the kernel, watch files of others, block others, or create set-user-ID programs. For each machine, the
# table contains the audit architecture and three groups of numbers. They are the calls whose arguments are checked, the calls
# that without namespaces reach other processes or their files, and the calls that are always refused.
MACHINES = {
    "x86_64": (0xC000003E, dict(
        clone=(56,), socket=(41,), pair=(53,), prlimit=(302,), fcntl=(72,), ioctl=(16,), mmap=(9,),
        mode1=(90, 91, 85, 133), mode2=(268, 259), open=(2,), openat=(257,),  # chmod, fchmod, creat, mknod; *at
        priority=(141, 251), scheduler=(142, 144, 203, 314),  # setpriority, ioprio_set; sched_set*
        attributes=(188, 189, 190, 197, 198, 199), anonymous=(319,),  # setxattr, removexattr; memfd_create
        owner=(92, 93, 94, 260), permissions=(90, 91, 268), times1=(132, 235), times2=(261, 280), shown=range(191, 197),
        queue=(206,),  # io_setup: memory that no limit counts, like io_uring
        node1=(133,), node2=(259,), rename=(316,),  # mknod, mknodat; renameat2
    ), (
        42, 240,  # connect, mq_open
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
        *(253, 254, 255, 294, 300, 301),  # inotify_*, fanotify_*
        *range(29, 32), *range(64, 72), 220,  # shm*, sem*, msg*: memory that belongs to no process
        *(278, 256, 279, 162, 306),  # vmsplice, migrate_pages, move_pages, sync, syncfs
        *(134, 136, 139, 153, 156, 180, 212, 216),  # uselib, ustat, sysfs, vhangup, and removed calls
    )),
    "aarch64": (0xC00000B7, dict(
        clone=(220,), socket=(198,), pair=(199,), prlimit=(261,), fcntl=(25,), ioctl=(29,), mmap=(222,),
        mode1=(52,), mode2=(53, 33), open=(), openat=(56,),
        priority=(140, 30), scheduler=(118, 119, 122, 274),
        attributes=(5, 6, 7, 14, 15, 16), anonymous=(279,),
        owner=(54, 55), permissions=(52, 53), times1=(), times2=(88,), shown=range(8, 14), queue=(0,),
        node1=(), node2=(33,), rename=(276,),
    ), (203, 180), (
        *(117, 270, 271, 272), *(40, 39, 41, 51, 268, 97), *(280, 241, 282), *(217, 218, 219),
        *(105, 273, 106, 104, 294, 142), *(264, 265), *(116, 89, 224, 225, 60), *(161, 162, 170, 112, 171, 266),
        *(26, 27, 28, 262, 263), *range(186, 198), *(75, 238, 239, 81, 267), *(18, 42, 58, 234),
    )),
}
# These calls have the same numbers on every machine: io_uring_*, open_tree to fspick, pidfd_getfd, process_madvise,
# mount_setattr, quotactl_fd, memfd_secret, process_mrelease, statmount, listmount, lsm_set_self_attr, open_tree_attr,
# file_setattr
REFUSED_EVERYWHERE = (425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 440, 442, 443, 447, 448, 457, 458, 460, 467, 469)
CLONE3, OPENAT2, FCHMODAT2 = 435, 437, 452
LANDLOCK = (SYS_LANDLOCK_CREATE, SYS_LANDLOCK_ADD, SYS_LANDLOCK_RESTRICT)  # rules keep deleted files, which cannot be counted
SETXATTRAT, GETXATTRAT, LISTXATTRAT, REMOVEXATTRAT = 463, 464, 465, 466
FIRST_UNKNOWN = 470  # calls of later kernels are refused until they are reviewed

SET_IDS = 0o6000
FILE_TYPE, DEVICE_TYPES = 0o170000, (0o020000, 0o060000)
RENAME_WHITEOUT = 4  # creates a device under the old name
O_CREAT, O_TMPFILE = 0o100, 0o20000000
MAP_SHARED, MAP_ANONYMOUS, MAP_GROWSDOWN = 1, 0x20, 0x100
AF_UNIX, AF_INET, AF_INET6, SOCK_DGRAM, SOCK_RAW = 1, 2, 10, 2, 3
PRIO_PROCESS, IOPRIO_WHO_PROCESS = 0, 1
# The allowed commands of fcntl concern descriptors, flags, advisory locks, sizes of pipes, seals and hints. Not allowed are
# leases, which block other processes that open the file, and signals and notifications about other processes (F_SETOWN,
# F_SETSIG, F_SETOWN_EX, F_NOTIFY).
FCNTL_ALLOWED = (*range(0, 8), 9, 11, 16, *range(36, 39), 1027, 1028, *range(1030, 1039))
# The refused commands of ioctl concern attributes of files ('f', 'v', 'X'), which path rules do not protect; file systems
# (0x94); terminal input (TIOCSTI, TIOCLINUX); and signals to others (FIOASYNC, FIOSETOWN, SIOCSPGRP).
IOCTL_KINDS = (0x6600, 0x7600, 0x5800, 0x9400)
IOCTL_REFUSED = (0x5412, 0x541C, 0x5452, 0x8901, 0x8902)


class Filter:
    """A filter for system calls in the kernel's byte code: a sequence of rules. The first rule that matches a call applies."""

    LOAD, EQUAL, AT_LEAST, AND, ANSWER = 0x20, 0x15, 0x35, 0x54, 0x06

    def __init__(self, architecture):
        self.steps = [self.step(self.LOAD, 4), self.step(self.EQUAL, architecture, 1, 0), self.error(errno.EPERM)]
        self.steps += [self.step(self.LOAD, 0), self.step(self.AT_LEAST, 0x40000000, 0, 1)]  # another numbering of system calls
        self.steps += [self.error(errno.EPERM)]

    def step(self, code, k, yes=0, no=0):
        return struct.pack("HBBI", code, yes, no, k)

    def error(self, number):
        """Returns the step that makes a call fail with an error number. With 0, the call succeeds without an effect."""
        return self.step(self.ANSWER, 0x50000 | number)

    def unknown(self, first):
        """Refuses all calls from a number on, with the error ENOSYS."""
        self.steps += [self.step(self.AT_LEAST, first, 0, 1), self.error(errno.ENOSYS)]

    def refuse(self, numbers, error=errno.EPERM):
        """Refuses calls with any arguments."""
        for number in numbers:
            self.steps += [self.step(self.EQUAL, number, 0, 1), self.error(error)]

    def look(self, numbers, *tests, error=errno.EPERM):
        """Refuses calls for which all tests are true. A test is (argument, mask, whether the masked value must be one of the
        values, values)."""
        body = [self.error(error)]
        for argument, mask, is_one, values in reversed(tests):
            away = len(body)
            test = [self.step(self.LOAD, 16 + 8 * argument), self.step(self.AND, mask)]
            for left, value in zip(range(len(values) - 1, -1, -1), values):
                found, missed = (left, 0 if left else away) if is_one else (left + away, 0)
                test.append(self.step(self.EQUAL, value, found, missed))
            body = test + body
        for number in numbers:
            self.steps += [self.step(self.EQUAL, number, 0, len(body) + 1), *body, self.step(self.LOAD, 0)]

    def program(self):
        return b"".join([*self.steps, self.step(self.ANSWER, 0x7FFF0000)])


def is_one(argument, *values, mask=0xFFFFFFFF):
    return argument, mask, True, values


def is_none(argument, *values, mask=0xFFFFFFFF):
    return argument, mask, False, values


def has(argument, bits):
    return is_none(argument, 0, mask=bits)


def filter_program(machine, alone, counted=False, network=False):
    """Builds the filter. It allows only local sockets. If the process is not `alone` in its own namespaces, it cannot connect
    these sockets, and calls that change other processes' files without opening them have no effect. If memory is `counted`,
    memory that does not belong to a process is refused. With the `network`, only network sockets are allowed. The filter can
    distinguish the kinds of sockets, but not their addresses."""
    architecture, known, reaching, numbers = MACHINES[machine]
    rules = Filter(architecture)
    rules.unknown(FIRST_UNKNOWN)
    rules.refuse((*numbers, *REFUSED_EVERYWHERE, *(() if alone else reaching[network:])))
    rules.refuse((CLONE3, OPENAT2), errno.ENOSYS)  # the filter cannot see their arguments; callers fall back to other calls
    rules.refuse((*LANDLOCK, *known["queue"]), errno.ENOSYS)
    rules.refuse((*known["attributes"], SETXATTRAT, REMOVEXATTRAT), errno.ENOTSUP)
    rules.look(known["clone"], has(0, CLONE_NAMESPACES))
    rules.look(known["prlimit"], is_none(0, 0))  # for processes other than itself
    rules.look(known["fcntl"], is_none(1, *FCNTL_ALLOWED))
    rules.look(known["ioctl"], is_one(1, *IOCTL_KINDS, mask=0xFF00), error=errno.ENOTTY)
    rules.look(known["ioctl"], is_one(1, *IOCTL_REFUSED))
    rules.look(known["mode1"], has(1, SET_IDS))
    rules.look((*known["mode2"], FCHMODAT2), has(2, SET_IDS))
    rules.look(known["open"], has(1, O_CREAT | O_TMPFILE), has(2, SET_IDS))
    rules.look(known["openat"], has(2, O_CREAT | O_TMPFILE), has(3, SET_IDS))
    rules.look(known["node1"], is_one(1, *DEVICE_TYPES, mask=FILE_TYPE))
    rules.look(known["node2"], is_one(2, *DEVICE_TYPES, mask=FILE_TYPE))
    rules.look(known["rename"], has(4, RENAME_WHITEOUT))
    rules.look(known["mmap"], has(3, MAP_GROWSDOWN))  # a stack for which the stack limit does not apply
    families = (AF_INET, AF_INET6) if network else (AF_UNIX,)
    rules.look(known["socket"], is_none(0, *families), error=errno.EAFNOSUPPORT)
    rules.look(known["pair"], is_none(0, AF_UNIX), error=errno.EAFNOSUPPORT)
    if network or not alone:
        # These kinds of sockets can send without a connection, and to another socket even if they are connected.
        local = known["pair"] if network else (*known["socket"], *known["pair"])
        rules.look(local, is_one(1, SOCK_DGRAM, SOCK_RAW, mask=0xF))
    if not alone:
        rules.look(known["priority"], is_none(1, 0))  # for processes other than itself, by number or for all of this user
        rules.look(known["priority"][:1], is_none(0, PRIO_PROCESS))
        rules.look(known["priority"][1:], is_none(0, IOPRIO_WHO_PROCESS))
        rules.look(known["scheduler"], is_none(0, 0))
        rules.refuse(known["owner"])
        if not network:
            # To set the current time is an error, since Path.touch then uses another call. To set other times or permissions
            # has no effect. An error would make functions such as shutil.copy fail, although the copy itself is complete.
            rules.look(known["times1"], is_one(1, 0))
            rules.look(known["times2"], is_one(2, 0))
            rules.refuse((*known["permissions"], FCHMODAT2, *known["times1"], *known["times2"]), 0)
        rules.refuse((*known["shown"], GETXATTRAT, LISTXATTRAT), errno.ENOTSUP)
    if counted:
        rules.refuse(known["anonymous"], errno.ENOSYS)
        rules.look(known["mmap"], has(3, MAP_SHARED), has(3, MAP_ANONYMOUS))
    return rules.program()


def filter_system_calls(alone, counted=False, network=False):
    """Installs the filter of system calls for this process and its children. Raises OSError on a machine whose call numbers are
    not known."""
    machine = os.uname().machine
    if machine not in MACHINES:
        raise OSError(errno.ENOSYS, "no filter of system calls for " + machine)
    program = filter_program(machine, alone, counted, network)
    content = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(content))
    header = ctypes.create_string_buffer(header, len(header))
    prctl(PR_SET_SECCOMP, 2, ctypes.addressof(header))


def set_limits(limits):
    """Sets the limits of resources, but does not raise existing ones."""
    for name, value in limits.items():
        number = getattr(resource, "RLIMIT_" + name)
        soft, hard = (value if old == resource.RLIM_INFINITY else min(value, old) for old in resource.getrlimit(number))
        resource.setrlimit(number, (soft, hard))


# --- Entry points --------------------------------------------------------------------------------------------------


def lock(policy):
    """Confines this process, which must already be in its namespaces."""
    set_limits(policy.limits)
    give_up(None if policy.user is None else INSIDE_ID)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    if policy.mode == "landlock":
        landlock(policy)
    alone = policy.mode == "bubblewrap" or policy.namespaces
    filter_system_calls(alone, policy.memory is not None, policy.network)


def execute(policy, command, directory, status):
    """Executes a command with the policy. Does not return. To be called in a process that has no other work.

    `status` is a descriptor to which the command's wait status is written, if this process cannot end with this status.
    """
    for group in policy.groups:
        with open(group, "w") as file:
            file.write("0")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if policy.network:
        os.umask(0o022)  # runs, possibly of another user, read the installed files
    if policy.user is not None:
        hand_over(policy)
    if policy.mode == "bubblewrap":
        if policy.user is not None:
            own_namespaces(0, policy.user)
        rules = os.open(policy.file, os.O_RDONLY)
        for descriptor in (rules, status):
            os.set_inheritable(descriptor, True)
        inside = [sys.executable, "-I", "-S", "-B", os.path.abspath(__file__), str(rules), str(status), directory]
        os.execv(policy.bubblewrap, [*bubblewrap(policy), "--", *inside, *command])
    if policy.mode == "landlock" and policy.namespaces:
        others = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | (0 if policy.network else CLONE_NEWNET)
        own_namespaces(others, policy.user)
        first = os.fork()
        if first:
            end_as(os.waitpid(first, 0)[1])
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        new_root(policy)
        start(policy, command, directory, status)
    if policy.mode == "landlock":
        lock(policy)
    else:
        set_limits(policy.limits)
    os.execvp(command[0], command)


def start(policy, command, directory, status):
    """Starts the confined command, and writes its wait status to `status`. Does not return. Also reaps orphans, since this may
    be the first process of its namespace. No signal from inside the namespace can reach the first process."""
    prctl(PR_SET_DUMPABLE, 0)  # before another process can inspect this one
    child = os.fork()
    if child == 0:
        lock(policy)
        os.chdir(directory)
        os.execvp(command[0], command)
    give_up()
    for descriptor in (0, 1, 2):
        os.close(descriptor)
    while True:
        pid, ended = os.wait()
        if pid == child:
            os.write(status, b"%d\n" % ended)
            os._exit(0)


def end_as(status):
    """Ends this process with the wait status of another process."""
    if os.WIFSIGNALED(status):
        if os.WTERMSIG(status) not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.WEXITSTATUS(status))


def bubblewrap(policy):
    """Returns the command line of bubblewrap, without the command to run. The root is the same as that of `new_root`."""
    user, group = os.geteuid() or INSIDE_ID, os.getegid() or INSIDE_ID
    line = [policy.bubblewrap, "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent"]
    line += ["--cap-drop", "ALL", *([] if policy.network else ["--unshare-net"])]
    open_to_all = []
    if policy.user is None:
        line += ["--unshare-user", "--uid", str(user), "--gid", str(group)]
    else:  # this process is root in a user namespace, and `lock` will change to another user
        open_to_all = ["--perms", "1777"]
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"):
            line += ["--cap-add", capability]
    line += ["--proc", "/proc", "--dev", "/dev"]
    if policy.memory is not None:
        line += ["--ro-bind", os.devnull, "/dev/zero"]
    line += [*open_to_all, "--tmpfs", "/dev/shm"]  # without a limit, since supervisor.py or a control group counts it
    if policy.tmp:
        line += ["--bind", policy.tmp, "/tmp"]
    paths, links = shown(policy.readable())
    if policy.user is not None:
        for path in sorted(above([*paths, *dict(links), *(resolve(path)[0] for path in policy.write)])):
            line += ["--perms", "0755", "--dir", path]
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
    # A read-only /proc also protects /proc/sys, whose owner for the kernel is root, even that of another namespace.
    return [*line, "--remount-ro", "/proc", "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"]


def main(arguments):
    """Continues inside bubblewrap. Arguments: the descriptors of the rules and of the status, the directory, the command."""
    try:
        rules, status = int(arguments[0]), int(arguments[1])
        os.set_inheritable(status, False)
        start(Policy(rules), arguments[3:], arguments[2], status)
    except Exception as error:
        os.write(2, ("the sandbox cannot be set up: %s\n" % error).encode())
    finally:
        os._exit(126)


if __name__ == "__main__":
    main(sys.argv[1:])
