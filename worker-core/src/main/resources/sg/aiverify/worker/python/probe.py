"""Prints what a Python interpreter is, as one line of JSON. Runs on any Python 3, so that an old one can be refused."""

import json
import os
import sys


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
    found.update(
        prefix=sys.prefix,
        basePrefix=sys.base_prefix,
        sitePaths=[path for path in paths if os.path.isdir(path)],
        searchPath=[path for path in sys.path[1:] if os.path.isabs(path) and os.path.exists(path)],
        userBase=site.getuserbase() if user in paths else None,
        distributions=distributions,
    )
    return found


sys.stdout.write(json.dumps(describe()) + "\n")
