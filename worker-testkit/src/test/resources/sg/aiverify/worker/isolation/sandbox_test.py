"""Tests of sandbox.py that need no sandbox. The argument is the directory of sandbox.py."""

import errno
import os
import signal
import struct
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, sys.argv.pop(1))
import breakout
import disk
import exposed
import sandbox
import supervisor


def answer(program, number, arguments=(), architecture=0xC000003E):
    """Interprets a filter like the kernel. Returns 0 if allowed, else the error; None if success is only faked."""
    data = struct.pack("IIQ6Q", number, architecture, 0, *(*arguments, 0, 0, 0, 0, 0, 0)[:6])
    steps = [struct.unpack_from("HBBI", program, at) for at in range(0, len(program), 8)]
    accumulator, at = 0, 0
    while True:
        code, yes, no, k = steps[at]
        at += 1
        if code == 0x20:
            accumulator = struct.unpack_from("I", data, k)[0]
        elif code == 0x54:
            accumulator &= k
        elif code == 0x06:
            return 0 if k == 0x7FFF0000 else k & 0xFFFF or None
        else:
            holds = {0x15: accumulator == k, 0x35: accumulator >= k, 0x45: bool(accumulator & k)}[code]
            at += yes if holds else no


class PolicyTest(unittest.TestCase):
    def policy(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".policy") as file:
            file.write(text)
            file.flush()
            return sandbox.Policy(file.name)

    def test_all_rules_are_read(self):
        policy = self.policy(
            "mode landlock\nnamespaces yes\nread /a b\nread /c\nwrite /w\ntmp /w/t\nroot /r\nshm 5\n"
            "bubblewrap /usr/bin/bwrap\ngroup /g/cgroup.procs\nlimit FSIZE 10\nuser 7\nmemory 8\n"
        )
        self.assertEqual((policy.user, policy.memory), (7, 8))
        self.assertEqual((policy.mode, policy.namespaces, policy.read, policy.write), ("landlock", True, ["/a b", "/c"], ["/w"]))
        self.assertEqual((policy.tmp, policy.root, policy.shm, policy.groups), ("/w/t", "/r", "5", ["/g/cgroup.procs"]))
        self.assertEqual(policy.limits, {"FSIZE": 10})

    def test_unknown_rules_and_modes_are_refused(self):
        for text in ("mode landlock\nallow /everything\n", "mode gentle\n", "limit FSIZE much\n"):
            with self.assertRaises(ValueError):
                self.policy(text)


class ShownTest(unittest.TestCase):
    def setUp(self):
        self.directory = os.path.realpath(tempfile.mkdtemp())
        for name in ("versions/3.11.7/bin", "other", "environment/bin"):
            os.makedirs(os.path.join(self.directory, name))
        self.path("versions/3.11.7/bin/python3.11", open_as="w")
        os.symlink("3.11.7", self.path("versions/3.11"))
        os.symlink(self.path("versions/3.11/bin/python3.11"), self.path("environment/bin/python"))

    def path(self, name, open_as=None):
        path = os.path.join(self.directory, name)
        if open_as:
            open(path, open_as).close()
        return path

    def test_links_on_the_way_are_followed_one_by_one(self):
        end, links = sandbox.resolve(self.path("environment/bin/python"))
        self.assertEqual(end, self.path("versions/3.11.7/bin/python3.11"))
        self.assertEqual([link for link, _ in links], [self.path("environment/bin/python"), self.path("versions/3.11")])

    def test_what_lies_below_another_is_shown_once_and_links_outside_are_made(self):
        paths, links = sandbox.shown([self.path("environment/bin/python"), self.path("versions/3.11.7"), self.path("environment/bin")])
        self.assertEqual(paths, sorted([self.path("environment/bin"), self.path("versions/3.11.7")]))
        self.assertEqual(links, [(self.path("versions/3.11"), "3.11.7")])

    def test_a_policy_that_shows_everything_is_refused(self):
        with self.assertRaises(ValueError):
            sandbox.shown([self.directory, "/"])

    def test_links_in_a_circle_end(self):
        os.symlink("b", self.path("a"))
        os.symlink("a", self.path("b"))
        with self.assertRaises(OSError):
            sandbox.resolve(self.path("a"))


class ExposedTest(unittest.TestCase):
    def test_files_that_not_everybody_may_read_are_found(self):
        directory = os.path.realpath(tempfile.mkdtemp())
        os.makedirs(os.path.join(directory, "below", "deep"))
        for name, mode, content in (
            ("below/deep/key", 0o600, "x"), ("below/group", 0o640, "x"), ("public", 0o644, "x"), ("empty", 0o600, ""),
            ("program", 0o700, "x"), ("module.pyc", 0o600, "x"),
        ):
            path = os.path.join(directory, name)
            with open(path, "w") as file:
                file.write(content)
            os.chmod(path, mode)
        os.symlink("below/deep/key", os.path.join(directory, "link"))
        found = sorted(os.path.relpath(path, directory) for path in exposed.kept_from_all(directory))
        self.assertEqual(found, ["below/deep/key", "below/group"])


class TrialTest(unittest.TestCase):
    def test_every_user_fails_to_become_another(self):
        directory = tempfile.mkdtemp()
        become = dict(breakout.attempts(directory, 0, 0, 0, "x"))["become another user"]
        for user in (12345, 1, 65533):
            child = os.fork()
            if child == 0:
                try:
                    if os.getuid() == 0:
                        os.setuid(user)
                    become()
                    os._exit(1)
                except OSError:
                    os._exit(0)
                finally:
                    os._exit(2)
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0, user)


class LookTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp()
        self.child = subprocess.Popen(["sleep", "600"])
        self.listed, self.is_all = [self.child.pid], True
        root = os.open(self.directory, os.O_RDONLY)
        self.files = disk.RunFiles([root], 1 << 20, lambda: (self.listed, self.is_all))
        self.addCleanup(os.close, root)
        self.addCleanup(self.child.wait)
        self.addCleanup(self.child.kill)
        self.addCleanup(setattr, disk, "STOP_SECONDS", disk.STOP_SECONDS)
        self.addCleanup(setattr, disk, "LONGEST_PAUSE_SECONDS", disk.LONGEST_PAUSE_SECONDS)

    def looks(self, count):
        return [self.files.look() for _ in range(count)]

    def meanwhile(self, action):
        measure = self.files.measure

        def measured(*arguments):
            action()
            return measure(*arguments)

        self.files.measure = measured

    def test_a_run_that_stands_still_is_counted_as_often_as_one_likes(self):
        self.assertEqual(self.looks(6), [None] * 6)
        disk.LONGEST_PAUSE_SECONDS = -1  # then it is stopped
        self.assertEqual(self.looks(6), [None] * 6)

    def test_a_run_that_somebody_makes_go_on_meanwhile_cannot_be_counted(self):
        disk.LONGEST_PAUSE_SECONDS = -1
        self.meanwhile(lambda: self.child.send_signal(signal.SIGCONT))
        self.assertEqual(self.looks(4), [None] * 3 + [disk.HIDE])

    def test_a_run_with_a_process_that_was_not_listed_cannot_be_counted(self):
        disk.LONGEST_PAUSE_SECONDS = -1
        late = subprocess.Popen(["sleep", "600"])
        self.addCleanup(late.wait)
        self.addCleanup(late.kill)
        both = [self.child.pid, late.pid]
        self.meanwhile(lambda: setattr(self, "listed", both) if disk.threads(self.child.pid)[0][1] == b"T" else None)
        for expected in (None, None, None, disk.HIDE):
            self.listed = [self.child.pid]
            self.assertEqual(self.files.look(), expected)

    def test_a_run_some_of_whose_processes_are_not_known_cannot_be_counted(self):
        self.is_all = False
        disk.STOP_SECONDS = 0
        self.assertEqual(self.looks(4), [None] * 3 + [disk.HIDE])

    def test_a_run_that_goes_on_is_not_counted_for_long(self):
        with self.assertRaises(disk.Late):
            self.files.measure(self.listed, 0)
        with self.assertRaises(disk.Late):
            disk.Deleted(set(), 1, disk.Total(1, 0)).add_open("/proc/self")

    def test_of_processes_that_come_and_go_some_may_be_missing(self):
        inside = tempfile.mkdtemp()
        processes = supervisor.Processes(True)
        processes._inside = os.open(inside, os.O_RDONLY)
        self.addCleanup(os.close, processes._inside)
        self.assertEqual(processes.list(), (supervisor.descendants(os.getpid()), True))
        self.addCleanup(setattr, supervisor, "descendants", supervisor.descendants)
        supervisor.descendants = lambda root: [tempfile.mkdtemp(dir=inside)]
        self.assertFalse(processes.list()[1])
        lasting = iter([True] + [False] * 9)
        supervisor.descendants = lambda root: [tempfile.mkdtemp(dir=inside) if next(lasting) else root]
        self.assertEqual(processes.list(), ([os.getpid()], True))


class FilterTest(unittest.TestCase):
    def setUp(self):
        self.alone = sandbox.filter_program("x86_64", True)
        self.among = sandbox.filter_program("x86_64", False)

    def test_usual_calls_are_allowed(self):
        for number in (0, 1, 2, 9, 39, 59, 61, 202, 257, 449):
            self.assertEqual(answer(self.alone, number), 0, number)

    def test_ways_out_are_refused(self):
        for number in (101, 165, 272, 308, 310, 321, 425, 429, 442):
            self.assertEqual(answer(self.alone, number), errno.EPERM, number)

    def test_no_rules_are_made_that_keep_deleted_files(self):
        for machine, architecture in (("x86_64", 0xC000003E), ("aarch64", 0xC00000B7)):
            for number in (444, 445, 446):  # landlock_*
                self.assertEqual(answer(sandbox.filter_program(machine, True), number, (), architecture), errno.ENOSYS)

    def test_no_queues_are_made_that_the_kernel_keeps_memory_for(self):
        self.assertEqual(answer(self.alone, 206), errno.ENOSYS)  # io_setup
        self.assertEqual(answer(sandbox.filter_program("aarch64", True), 0, (), 0xC00000B7), errno.ENOSYS)

    def test_only_local_sockets_are_made(self):
        self.assertEqual(answer(self.alone, 41, (1, 1)), 0)
        for family in (2, 10, 16, 17, 40):
            self.assertEqual(answer(self.alone, 41, (family, 2)), errno.EAFNOSUPPORT)
        for program in (self.alone, self.among, sandbox.filter_program("x86_64", True, False, True)):
            self.assertEqual(answer(program, 53, (1, 1)), 0)
            for family in (2, 10, 30, 40):
                self.assertEqual(answer(program, 53, (family, 1)), errno.EAFNOSUPPORT)

    def test_without_namespaces_nothing_is_connected_to_nor_shared(self):
        self.assertEqual(answer(self.among, 41, (1, 1 | 0o2000000)), 0)
        self.assertEqual(answer(self.among, 53, (1, 1 | 0o2000000)), 0)
        for kind in (2, 3):
            for number in (41, 53):
                self.assertEqual(answer(self.among, number, (1, kind | 0o2000000)), errno.EPERM)
                self.assertEqual(answer(self.alone, number, (1, kind | 0o2000000)), 0)
        for number in (42, 240):
            self.assertEqual((answer(self.alone, number), answer(self.among, number)), (0, errno.EPERM), number)

    def test_nobody_is_kept_waiting_nor_watched(self):
        for program in (self.alone, self.among):
            for command in (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1031, 1033, 1038):
                self.assertEqual(answer(program, 72, (3, command)), 0, command)
            # F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY, F_SETDELEG, and an unknown command
            for command in (8, 10, 15, 1024, 1026, 1040, 4242):
                self.assertEqual(answer(program, 72, (3, command)), errno.EPERM, command)
            for number in (253, 254, 294, 300, 301):  # inotify_*, fanotify_*
                self.assertEqual(answer(program, number), errno.EPERM, number)
            for number in (162, 306, 256):  # sync, syncfs, migrate_pages
                self.assertEqual(answer(program, number), errno.EPERM, number)

    def test_no_program_is_left_with_its_users_rights(self):
        for program in (self.alone, self.among):
            for bits in (0o4755, 0o2755, 0o6000):
                for number, arguments in (
                    (90, (0, bits)), (91, (3, bits)), (268, (3, 0, bits)), (452, (3, 0, bits)), (133, (0, 0o100000 | bits)),
                    (259, (3, 0, bits)), (85, (0, bits)), (2, (0, 0o101, bits)), (257, (3, 0, 0o101, bits)),
                    (257, (3, 0, 0o20200000, bits)),
                ):
                    self.assertEqual(answer(program, number, arguments), errno.EPERM, (number, bits))
            self.assertEqual(answer(program, 2, (0, 0, 0o4755)), 0)  # opened, not made
            self.assertEqual(answer(program, 257, (3, 0, 0o101, 0o755)), 0)
            self.assertEqual(answer(program, 437), errno.ENOSYS)  # openat2
        self.assertEqual(answer(self.alone, 268, (3, 0, 0o755)), 0)

    def test_attributes_are_not_set(self):
        for program in (self.alone, self.among):
            for number in (188, 189, 190, 197, 198, 199, 463, 466):
                self.assertEqual(answer(program, number), errno.ENOTSUP, number)
            # FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR, FS_IOC_ENABLE_VERITY, FS_IOC_SETVERSION
            # FICLONE, FIDEDUPERANGE, BTRFS_IOC_SUBVOL_CREATE
            for request in (0x40086602, 0x401C5820, 0x40806685, 0x40087602, 0x40049409, 0xC0189436, 0x5000940E):
                self.assertEqual(answer(program, 16, (3, request)), errno.ENOTTY, request)
            for request in (0x5412, 0x541C, 0x8901):  # TIOCSTI, TIOCLINUX, FIOSETOWN
                self.assertEqual(answer(program, 16, (3, request)), errno.EPERM, request)
            for request in (0x5401, 0x541B, 0x5413, 0xC020462A):  # terminals, a GPU's
                self.assertEqual(answer(program, 16, (3, request)), 0, request)

    def test_without_namespaces_nothing_is_changed_by_name(self):
        for number in (90, 91, 268, 452, 132, 235, 261, 280):
            given = (0, 0, 0) if number in (90, 91, 268, 452) else (0, 0x7F01, 0x7F01)
            self.assertEqual((answer(self.alone, number, given), answer(self.among, number, given)), (0, None), number)
        for number in (132, 235, 261, 280):  # to now
            self.assertEqual((answer(self.alone, number), answer(self.among, number)), (0, errno.EPERM), number)
        for number in (92, 93, 94, 260):
            self.assertEqual((answer(self.alone, number), answer(self.among, number)), (0, errno.EPERM), number)
        for number in (191, 194, 464, 465):
            self.assertEqual((answer(self.alone, number), answer(self.among, number)), (0, errno.ENOTSUP), number)

    def test_without_namespaces_others_keep_their_priority_and_processors(self):
        allowed = [(141, (0, 0, 5)), (251, (1, 0, 5)), (144, (0, 1)), (203, (0, 8))]
        refused = [(141, (0, 77, 5)), (141, (2, 0, 5)), (251, (1, 77, 5)), (251, (3, 0, 5)), (144, (77, 1)), (203, (77, 8))]
        for number, arguments in allowed:
            self.assertEqual(answer(self.among, number, arguments), 0, (number, arguments))
        for number, arguments in refused:
            self.assertEqual(answer(self.among, number, arguments), errno.EPERM, (number, arguments))
            self.assertEqual(answer(self.alone, number, arguments), 0, (number, arguments))

    def test_memory_of_nobody_is_refused_where_it_is_counted(self):
        counted = sandbox.filter_program("x86_64", True, True)
        for program in (self.alone, counted):
            for number in (29, 30, 64, 68, 278):  # shmget, shmat, semget, msgget, vmsplice
                self.assertEqual(answer(program, number), errno.EPERM, number)
            self.assertEqual(answer(program, 9, (0, 9, 3, 0x122)), errno.EPERM)  # MAP_GROWSDOWN
            for flags in (0x22, 0x01, 0x02, 0x4022):  # private, or of a file
                self.assertEqual(answer(program, 9, (0, 9, 3, flags)), 0, flags)
        for number, arguments, error in ((319, (), errno.ENOSYS), (9, (0, 9, 3, 0x21), errno.EPERM)):
            self.assertEqual((answer(self.alone, number, arguments), answer(counted, number, arguments)), (0, error))

    def test_calls_of_later_kernels_are_not_there(self):
        self.assertEqual(answer(self.alone, 470), errno.ENOSYS)
        self.assertEqual(answer(self.alone, 0x3FFFFFFF), errno.ENOSYS)
        self.assertEqual(answer(self.alone, 461), 0)

    def test_threads_and_processes_are_made_and_namespaces_are_not(self):
        self.assertEqual(answer(self.alone, 56, (0x3D0F00,)), 0)
        self.assertEqual(answer(self.alone, 56, (0x10000011,)), errno.EPERM)
        self.assertEqual(answer(self.alone, 435), errno.ENOSYS)

    def test_limits_are_those_of_the_caller(self):
        self.assertEqual(answer(self.alone, 302, (0, 7)), 0)
        self.assertEqual(answer(self.alone, 302, (1234, 7)), errno.EPERM)

    def test_other_ways_to_number_calls_are_refused(self):
        self.assertEqual(answer(self.alone, 0, architecture=0x40000003), errno.EPERM)
        self.assertEqual(answer(self.alone, 0x40000000 | 41, (2, 2)), errno.EPERM)

    def test_the_other_machine_has_its_own_numbers(self):
        program = sandbox.filter_program("aarch64", True)
        self.assertEqual(answer(program, 198, (2, 2), 0xC00000B7), errno.EAFNOSUPPORT)
        self.assertEqual(answer(program, 117, (), 0xC00000B7), errno.EPERM)
        self.assertEqual(answer(program, 63, (), 0xC00000B7), 0)
        self.assertEqual(answer(program, 220, (0x10000011,), 0xC00000B7), errno.EPERM)
        self.assertEqual(answer(program, 25, (3, 1024), 0xC00000B7), errno.EPERM)
        self.assertEqual(answer(program, 53, (3, 0, 0o4755), 0xC00000B7), errno.EPERM)
        self.assertEqual(answer(program, 56, (3, 0, 0o101, 0o4755), 0xC00000B7), errno.EPERM)


if __name__ == "__main__":
    unittest.main()
