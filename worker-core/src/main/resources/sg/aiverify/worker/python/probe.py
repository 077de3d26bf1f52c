"""Prints the properties of a Python interpreter as one line of JSON. Runs on any Python 3, so that old ones are recognised.

    python -B probe.py [DIRECTORY]

If a directory is given, also checks whether compiled code can be loaded from this directory. If not, "refusesCode" is the
reason.
"""

import json
import os
import sys


def loaded():
    """Lists the paths of this process's shared libraries that are not in the usual directories. Empty if the loader does not
    list its libraries."""
    try:
        import ctypes

        class Info(ctypes.Structure):
            _fields_ = [("address", ctypes.c_void_p), ("name", ctypes.c_char_p)]

        names = []
        kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Info), ctypes.c_size_t, ctypes.c_void_p)
        ctypes.CDLL(None).dl_iterate_phdr(kind(lambda info, size, data: names.append(info.contents.name) or 0), None)
        usual = (sys.prefix + "/", sys.base_prefix + "/", "/usr/", "/lib/", "/lib64/")
        return [os.fsdecode(name) for name in names if name and not os.fsdecode(name).startswith(usual)]
    except (ImportError, AttributeError, OSError):
        return []


def refusal_of_code(directory):
    """Maps a file in a directory into memory, as the loader of shared libraries does. Returns the reason if the system refuses
    this. Returns None if the system allows it, or if this cannot be checked."""
    import mmap

    try:
        name = os.path.join(directory, ".probe-%d" % os.getpid())
        file = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:
        return None
    try:
        os.unlink(name)
        os.write(file, b"code")
        mmap.mmap(file, 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_EXEC).close()
        return None
    except OSError as error:
        return "it is mounted noexec" if os.fstatvfs(file).f_flag & os.ST_NOEXEC else str(error)
    finally:
        os.close(file)


def describe():
    """Returns the version, the paths and the installed distributions (name -> version) of this interpreter."""
    found = {"version": "%d.%d.%d" % sys.version_info[:3], "executable": sys.executable}
    if sys.version_info < (3, 8):
        return found
    import site
    from importlib import metadata

    user = site.getusersitepackages()
    paths = site.getsitepackages() + ([user] if site.ENABLE_USER_SITE and os.path.isdir(user) else [])
    distributions = {}
    for distribution in metadata.distributions(path=paths):
        name = distribution.metadata["Name"]
        if name:
            distributions.setdefault(name, distribution.version)
    read = sys.path[1:] + loaded() + os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    found.update(
        prefix=sys.prefix,
        basePrefix=sys.base_prefix,
        sitePaths=[path for path in paths if os.path.isdir(path)],
        readPaths=[path for path in read if os.path.isabs(path) and os.path.exists(path)],
        userBase=site.getuserbase() if user in paths else None,
        distributions=distributions,
    )
    return found


found = describe()
if sys.argv[1:]:
    found["refusesCode"] = refusal_of_code(sys.argv[1])
sys.stdout.write(json.dumps(found) + "\n")
