"""Tests of sandbox.py that need no sandbox. The directory of sandbox.py comes as the argument."""

import errno
import os
import struct
import sys
import tempfile
import unittest

sys.path.insert(0, sys.argv.pop(1))
import sandbox


def answer(program, number, arguments=(), architecture=0xC000003E):
    """Interprets a filter as the kernel does. Returns 0 for allowed, else the error."""
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
            return 0 if k == 0x7FFF0000 else k & 0xFFFF
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
            "bubblewrap /usr/bin/bwrap\ngroup /g/cgroup.procs\nlimit FSIZE 10\n"
        )
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


class FilterTest(unittest.TestCase):
    def setUp(self):
        self.alone = sandbox.filter_program("x86_64", True)
        self.among = sandbox.filter_program("x86_64", False)

    def test_usual_calls_are_allowed(self):
        for number in (0, 1, 2, 9, 39, 59, 61, 202, 257, 444):
            self.assertEqual(answer(self.alone, number), 0, number)

    def test_ways_out_are_refused(self):
        for number in (101, 165, 272, 308, 310, 321, 425, 429, 442):
            self.assertEqual(answer(self.alone, number), errno.EPERM, number)

    def test_only_local_sockets_are_made(self):
        self.assertEqual(answer(self.alone, 41, (1, 1)), 0)
        for family in (2, 10, 16, 17, 40):
            self.assertEqual(answer(self.alone, 41, (family, 2)), errno.EAFNOSUPPORT)

    def test_without_namespaces_nothing_is_connected_to_nor_shared(self):
        self.assertEqual(answer(self.among, 41, (1, 1 | 0o2000000)), 0)
        self.assertEqual(answer(self.among, 53, (1, 1 | 0o2000000)), 0)
        for kind in (2, 3):
            for number in (41, 53):
                self.assertEqual(answer(self.among, number, (1, kind | 0o2000000)), errno.EPERM)
                self.assertEqual(answer(self.alone, number, (1, kind | 0o2000000)), 0)
        for number in (42, 29, 64, 68, 240):
            self.assertEqual((answer(self.alone, number), answer(self.among, number)), (0, errno.EPERM), number)

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


if __name__ == "__main__":
    unittest.main()
