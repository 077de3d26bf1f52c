"""Prints what a Python interpreter is, as one line of JSON. Runs on any Python 3, so that an old one can be refused."""

import json
import os
import sys


def loaded():
    """Returns the shared libraries of this process that lie in unusual places, by the paths that the loader found them
    at. Empty where the loader does not tell."""
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


def describe():
    """Returns version, paths and installed distributions (name -> version) of this interpreter."""
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


sys.stdout.write(json.dumps(describe()) + "\n")
