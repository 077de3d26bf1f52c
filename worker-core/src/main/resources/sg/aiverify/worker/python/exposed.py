"""Lists files that a run can read although they are not world-readable.

    python -I -S -B exposed.py POLICY FILES

FILES contains one path on each line. Prints each of these files that a run with the policy can read. If runs are root for
the kernel, also prints each file that only root may read and that the policy includes, for example below /usr. Programs,
compiled Python and the policy's own paths do not count.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import sandbox

FOR_ALL = 0o4
ANY_PROGRAM = 0o111


def named(policy, files):
    """Lists the given files that a run can read with the policy."""
    paths, _ = sandbox.shown([*policy.readable(), *policy.write])
    for file in files:
        end = os.path.realpath(file)
        if any(sandbox.is_below(end, path) for path in paths) and os.path.isfile(end):
            if policy.user is None or os.stat(end).st_mode & FOR_ALL:
                yield file


def kept_from_all(directory):
    """Lists the files below a directory that are neither empty nor world-readable."""
    try:
        entries = list(os.scandir(directory))
    except OSError:
        return
    for entry in entries:
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from kept_from_all(entry.path)
            elif entry.is_file(follow_symlinks=False):
                found = entry.stat(follow_symlinks=False)
                is_secret = found.st_size and not found.st_mode & (FOR_ALL | ANY_PROGRAM)
                if is_secret and not entry.name.endswith(".pyc"):
                    yield entry.path
        except OSError:
            pass  # deleted meanwhile


def main(rules, asked):
    policy = sandbox.Policy(rules)
    with open(asked, encoding="utf-8", errors="surrogateescape") as lines:
        files = lines.read().split("\n")[:-1]
    found = list(named(policy, files))
    if policy.user is None and os.geteuid() == 0:
        for directory in sandbox.shown(path for path in sandbox.SYSTEM if os.path.exists(path))[0]:
            if not directory.startswith("/sys/"):
                found += kept_from_all(directory)
    for path in found:
        sys.stdout.write(path.replace("\n", "?") + "\n")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    main(*sys.argv[1:])
