"""Runs pip on requirements that strangers wrote, and says what of this machine an installer needs.

    python packages.py settings             the files that pip and uv are configured by, and their caches
    python packages.py pip [--python PYTHON | --from PLACE] [--builds] ARGUMENT...
                                            pip, kept from addresses that packages name and, without --builds, from
                                            starting programs, so that nothing can be built. It is this interpreter's
                                            pip, for another one with --python; --from names where else pip is
    python packages.py sees DIRECTORY MODULE
                                            ends well if a virtual environment that was made on top of this
                                            interpreter's packages has a module; nothing in it is started

`settings` answers with one line of JSON on standard output, and runs outside the sandbox. The others run inside; where
there is none, what they refuse is refused all the same. Python 3.10 to 3.12, standard library only.
"""

import configparser
import glob
import importlib
import json
import os
import re
import runpy
import stat
import sys
from importlib.util import find_spec
from urllib.parse import unquote, urlsplit

# What looking up hosts and checking certificates needs beside what every sandbox shows.
NETWORK = ("/etc/resolv.conf", "/etc/ssl/cert.pem", "/etc/pki/tls/cert.pem", "/etc/pki/tls/openssl.cnf",
           "/etc/crypto-policies")
NAMES_FILES = re.compile(r"(PIP|UV|SSL)_.*|.*_CA_BUNDLE|NETRC", re.IGNORECASE)
STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "pty.spawn")
# Of the machine: the loader of musl, which pip asks for its version, and the program that knows an index's password.
MAY_START = re.compile(r"ld-musl-.*|keyring")


def home(*parts):
    return os.path.join(os.path.expanduser("~"), *parts)


def pip_files():
    """Lists pip's files of settings, whether or not they are there. https://pip.pypa.io/en/stable/topics/configuration/"""
    machine = os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    found = [os.path.join(directory, "pip", "pip.conf") for directory in machine.split(os.pathsep)]
    user = os.environ.get("XDG_CONFIG_HOME") or home(".config")
    found += ["/etc/pip.conf", home(".pip", "pip.conf"), os.path.join(user, "pip", "pip.conf")]
    return [*found, os.path.join(sys.prefix, "pip.conf"), os.environ.get("PIP_CONFIG_FILE", "")]


def other_files():
    """Lists uv's files of settings, and those with passwords that both read."""
    user = os.environ.get("XDG_CONFIG_HOME") or home(".config")
    data = os.environ.get("XDG_DATA_HOME") or home(".local", "share")
    found = [os.path.join(directory, "uv", "uv.toml") for directory in (user, "/etc/xdg", "/etc")]
    return [*found, os.path.join(data, "uv", "credentials"), home(".netrc"), home("_netrc")]


def options(files):
    """Reads files of pip's settings. Returns (option, value) of all their sections."""
    found = []
    for file in files:
        parser = configparser.RawConfigParser()
        try:
            parser.read(file, encoding="utf-8")
        except (OSError, configparser.Error, UnicodeDecodeError):
            continue  # pip says what is wrong with it
        found += [pair for section in parser.sections() for pair in parser.items(section)]
    return found


def quoted(files):
    """Lists the texts in files of uv's settings; Python 3.10 cannot read TOML."""
    found = []
    for file in files:
        try:
            with open(file, encoding="utf-8") as content:
                found += re.findall(r"[\"']([^\"'\n]+)[\"']", content.read())
        except (OSError, UnicodeDecodeError):
            pass  # uv says what is wrong with it
    return found


def paths(value):
    """Finds the files and directories of this machine that a setting names."""
    words = {value, *value.split()}
    texts = [unquote(urlsplit(word).path) if word.lower().startswith("file:") else word for word in words]
    expanded = [os.path.normpath(os.path.expanduser(text)) for text in texts if text]
    return [path for path in expanded if re.match(r"/(?!dev/|proc/)[^/\n]", path) and os.path.exists(path)]


def cache(tool, option):
    """Finds, and makes, the cache of a tool. Returns its path past all links, None if there is none."""
    default = os.path.join(os.environ.get("XDG_CACHE_HOME") or home(".cache"), tool)
    directory = os.path.realpath(os.path.expanduser(option or default))
    try:
        os.makedirs(directory, mode=0o700, exist_ok=True)
    except OSError:
        return None
    return directory


def settings():
    """Says what an installer must read of this machine, and where the caches are."""
    files = pip_files()
    configured = options(files)
    named = [value for name, value in os.environ.items() if NAMES_FILES.fullmatch(name)]
    named += [value for name, value in configured if name != "cache-dir"]
    named += quoted([*(file for file in other_files() if file.endswith(".toml")), os.environ.get("UV_CONFIG_FILE", "")])
    found = [path for value in (*files, *other_files(), *NETWORK, *named) for path in paths(value)]
    caches = [cache("pip", os.environ.get("PIP_CACHE_DIR") or dict(configured).get("cache-dir"))]
    caches += [cache("uv", os.environ.get("UV_CACHE_DIR"))]
    read = sorted(set(found) - set(caches))
    private = [path for path in read if os.path.isfile(path) and not os.stat(path).st_mode & stat.S_IROTH]
    return {"read": read, "private": private, "pipCache": caches[0], "uvCache": caches[1]}


def refuse_addresses():
    """Makes pip refuse what names an address, a directory or an archive, wherever it is written."""
    from pip._internal.exceptions import InstallationError
    from pip._internal.req.constructors import install_req_from_req_string
    from pip._internal.req.req_install import InstallRequirement

    make = InstallRequirement.__init__
    configured = set()

    def make_or_refuse(self, *arguments, **named):
        make(self, *arguments, **named)
        if self.constraint and self.link:
            configured.add(self.link.url)  # by whom the worker belongs to
        elif self.editable or (self.link and self.link.url not in configured):
            source = f", which {self.comes_from} requires," if self.comes_from else ""
            raise InstallationError(
                f"'{self.req or self.link}'{source} names an address or a path; only packages of the index are allowed"
            )

    InstallRequirement.__init__ = make_or_refuse
    try:
        install_req_from_req_string("name @ https://localhost/name-1.0-py3-none-any.whl")
    except InstallationError:
        return
    raise SystemExit("this version of pip cannot be kept from addresses that packages name; another one is needed")


def refuse_paths_of_scripts():
    """Makes pip refuse scripts whose names are paths: some versions write them wherever those lead, into the caches that
    others use, too."""
    from pip._internal.exceptions import InstallationError
    from pip._vendor.distlib import scripts

    understand = scripts.get_export_entry

    def understand_or_refuse(specification):
        entry = understand(specification)
        if entry is not None and (os.path.basename(entry.name) != entry.name or entry.name in (os.curdir, os.pardir)):
            raise InstallationError(f"'{entry.name}' is no name of a script; only names without '/' are allowed")
        return entry

    scripts.get_export_entry = understand_or_refuse


def refuse_programs():
    """Lets this process start no other, for good."""

    def look(event, arguments):
        if event in STARTS:
            program = os.path.basename(os.fsdecode(arguments[0])) if arguments and arguments[0] else event
            if not MAY_START.fullmatch(program):
                raise PermissionError(f"{program} is not started: packages are not built here")

    sys.addaudithook(look)


def pip(arguments):
    """Runs pip; ends the process."""
    given = {"--builds": False}
    while arguments[0].startswith("--"):
        name = arguments.pop(0)
        given[name] = True if name == "--builds" else arguments.pop(0)
    if "--python" in given:
        place = os.path.dirname(os.path.dirname(find_spec("pip").origin))
        builds = ["--builds"] if given["--builds"] else []
        python = given["--python"]
        os.execv(python, [python, "-B", os.path.abspath(__file__), "pip", "--from", place, *builds, *arguments])
    if "--from" in given:
        sys.path.append(given["--from"])
        importlib.import_module("pip")
    left_out = [os.path.dirname(os.path.abspath(__file__)), given.get("--from")]
    if arguments[0] == "install":
        left_out.append(sys.prefix)  # where strangers' packages come to be: nothing of them is imported
    sys.path[:] = [path for path in sys.path if not any(out and (path + "/").startswith(out + "/") for out in left_out)]
    refuse_addresses()
    refuse_paths_of_scripts()
    if not given["--builds"]:
        refuse_programs()
    sys.argv = ["pip", *arguments]
    runpy.run_module("pip", run_name="__main__", alter_sys=True)


def sees(directory, module):
    """Looks for a module without starting the environment, whose packages could have brought start-up files."""
    own = glob.glob(os.path.join(directory, "lib", "python3*", "site-packages", module))
    if not own and (sys.prefix != sys.base_prefix or not find_spec(module)):
        raise SystemExit(f"{module} cannot be imported: an environment does not see the packages of {sys.prefix}")


if __name__ == "__main__":
    if sys.argv[1] == "pip":
        pip(sys.argv[2:])
    elif sys.argv[1] == "sees":
        sees(*sys.argv[2:])
    else:
        sys.stdout.write(json.dumps(settings()) + "\n")
