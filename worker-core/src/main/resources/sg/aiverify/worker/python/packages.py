"""Runs pip on untrusted requirements, and lists the files of this machine that an installer needs.

    python packages.py settings             prints the configuration files of pip and uv, and their caches
    python packages.py index                prints the package indexes of pip and uv, and the settings that select them
    python packages.py pip [--python PYTHON | --from PLACE] [--site PREFIX] [--builds] ARGUMENT...
                                            runs pip, which ignores addresses that packages list. Without --builds, pip
                                            cannot start programs, and so cannot build packages. The pip of this
                                            interpreter runs, for the interpreter PYTHON if given. --from is another
                                            place of pip, --site the environment whose pip.conf applies
    python packages.py sees DIRECTORY MODULE
                                            succeeds if a virtual environment that sees this interpreter's packages
                                            can import a module; does not start the environment's interpreter

`settings` and `index` print one line of JSON to standard output, and run outside the sandbox. The other commands run in the
sandbox. Their restrictions also apply without a sandbox. Python 3.10 to 3.12, standard library only.
"""

import configparser
import functools
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

# The paths for name resolution and certificates, in addition to the paths in every sandbox.
NETWORK = ("/etc/resolv.conf", "/etc/ssl/cert.pem", "/etc/pki/tls/cert.pem", "/etc/pki/tls/openssl.cnf",
           "/etc/crypto-policies")
NAMES_FILES = re.compile(r"(PIP|UV|SSL)_.*|.*_CA_BUNDLE|NETRC", re.IGNORECASE)
STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "pty.spawn")
# The effect of settings on package indexes, from the smallest to the largest: none; the access to an index; additional
# indexes; another default index, or no index at all.
NOTHING, REACH, PLACES, WHOLE = range(4)
PIP_OPTIONS = {"cert": REACH, "client-cert": REACH, "proxy": REACH, "trusted-host": REACH, "extra-index-url": PLACES,
               "find-links": PLACES, "index-url": WHOLE, "pypi-url": WHOLE, "no-index": WHOLE}
PIP_SECTIONS = ("global", "install", "download")
UV_OPTIONS = {"allow-insecure-host": REACH, "insecure-host": REACH, "extra-index-url": PLACES, "index": PLACES,
              "find-links": PLACES, "default-index": WHOLE, "index-url": WHOLE, "no-index": WHOLE, "offline": WHOLE}
SWITCHES = ("no-index", "offline")
OFF = ("", "0", "false", "f", "no", "n", "off")
# Variables with certificates: for both tools, see shared_variables; and for uv only.
CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CLIENT_CERT")
UV_CERTIFICATES = ("SSL_CERT_DIR", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS")
# The programs that pip may start: the loader of musl, which prints its version, and keyring, which prints a password.
MAY_START = re.compile(r"ld-musl-.*|keyring")


class Unreadable(Exception):
    """A configuration file cannot be read or parsed. The text contains its path and the reason."""


def home(*parts):
    return os.path.join(os.path.expanduser("~"), *parts)


def config_homes():
    """Returns the list of directories with the machine's settings, and the directory with the user's settings."""
    machine = os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    return machine.split(os.pathsep), os.environ.get("XDG_CONFIG_HOME") or home(".config")


def pip_files():
    """Lists the configuration files of pip, existing or not. Later ones have priority: those of the machine, of the user and of
    the environment, and the file in a variable. https://pip.pypa.io/en/stable/topics/configuration/"""
    named = os.environ.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:
        return []
    machine, user = config_homes()
    found = [*(os.path.join(directory, "pip", "pip.conf") for directory in machine), "/etc/pip.conf"]
    if not (named and os.path.exists(named)):
        found += [home(".pip", "pip.conf"), os.path.join(user, "pip", "pip.conf")]
    return [*found, os.path.join(sys.prefix, "pip.conf"), named]


def uv_files():
    """Lists the configuration files of uv, existing or not."""
    if os.environ.get("UV_CONFIG_FILE"):
        return [os.environ["UV_CONFIG_FILE"]]
    if os.environ.get("UV_NO_CONFIG", "").lower() not in OFF:
        return []
    machine, user = config_homes()
    return [os.path.join(directory, "uv", "uv.toml") for directory in (user, *machine, "/etc")]


def password_files():
    """Lists the files with passwords of indexes, existing or not."""
    data = os.environ.get("XDG_DATA_HOME") or home(".local", "share")
    return [os.path.join(data, "uv", "credentials"), home(".netrc"), home("_netrc")]


def content(file):
    """Reads a configuration file. Returns None if the file does not exist. Raises Unreadable if the file cannot be read:
    without its settings, a tool would send the names of private packages to the public index."""
    try:
        with open(file, encoding="utf-8") as text:
            return text.read()
    except (OSError, ValueError) as error:
        if not os.path.exists(file):  # also if this user has no access to the file's directory
            return None
        raise Unreadable(f"{file} cannot be read: {error}") from error


def options(files):
    """Reads files of pip's settings. Returns (file, section, option, value) of each setting. Raises Unreadable."""
    found = []
    for file in filter(None, files):
        parser = configparser.RawConfigParser()
        try:
            parser.read_string(content(file) or "", file)
        except configparser.ParsingError as error:  # its text contains lines of the file, which can contain passwords
            line = error.lineno if isinstance(error, configparser.MissingSectionHeaderError) else error.errors[0][0]
            raise Unreadable(f"{file} cannot be read: line {line} is not a setting in a section") from error
        except configparser.Error as error:
            raise Unreadable(f"{file} cannot be read: {' '.join(str(error).split())}") from error
        found += [(file, section, *pair) for section in parser.sections() for pair in parser.items(section)]
    return found


def toml(file):
    """Reads the tables of a configuration file of uv. Raises Unreadable."""
    text = content(file)
    if text is None:
        return {}
    import requirements  # from the directory of this file, which is not on the path of `pip`

    try:
        return requirements.library(*requirements.TOML).loads(text.removeprefix("\ufeff"))
    except (ImportError, ValueError) as error:
        raise Unreadable(f"{file} cannot be read: {error}") from error


def of_variables(prefix, options):
    """Lists (option, value, variable) of the environment variables that set one of the options of a tool."""
    found = [(name[len(prefix):].lower().replace("_", "-"), value, name) for name, value in sorted(os.environ.items())
             if name.startswith(prefix)]
    return [setting for setting in found if setting[0] in options]


@functools.cache
def of_pip():
    """Lists (option, value, origin) of pip's index settings. An origin is a variable, or an option in a file."""
    found = []
    for file, section, option, value in options(pip_files()):
        name = option.removeprefix("--").replace("_", "-")
        if section in PIP_SECTIONS and name in PIP_OPTIONS:
            found.append((name, value, f"{option} in {file}"))
    return found + of_variables("PIP_", PIP_OPTIONS)


@functools.cache
def of_uv():
    """Lists (option, value, origin) of uv's index settings. Raises Unreadable."""
    found = []
    for file in uv_files():
        table = toml(file)
        inner = table.get("pip")
        for settings_of in (table, inner if isinstance(inner, dict) else {}):
            for name, value in settings_of.items():
                if name == "index":
                    found += [(("default-index" if default else name), url, f"{'a default ' * default}{name} in {file}")
                              for url, default in indexes_of(value)]
                elif name in UV_OPTIONS:
                    values = value if isinstance(value, list) else [value]
                    found += [(name, str(each), f"{name} in {file}") for each in values]
    return found + of_variables("UV_", UV_OPTIONS)


def indexes_of(value):
    """Lists (URL, whether the index is the default) of the tables [[index]] of uv's settings, and of values of other forms."""
    for each in value if isinstance(value, list) else [value]:
        table = each if isinstance(each, dict) else {"url": each}
        yield str(table.get("url", "?")), table.get("default") is True


def index():
    """Returns the package indexes of pip and uv: for each tool, the effect of its settings and their origins. Values are left
    out, since they can contain passwords. The result also contains whether the indexes differ, whether this interpreter has
    uv and pip, and the `problem`: the reason why the settings are not known, or null."""
    answer = {"hasUv": find_spec("uv") is not None, "hasPip": has_pip(), "problem": None}
    try:
        pip, uv = of_pip(), of_uv()
    except Unreadable as problem:
        pip, uv, answer["problem"] = [], [], str(problem)
    places = []
    for tool, levels, settings_of in (("pip", PIP_OPTIONS, pip), ("uv", UV_OPTIONS, uv)):
        said = [(levels[name], name, value, origin) for name, value, origin in settings_of
                if value.strip() and not (name in SWITCHES and value.strip().lower() in OFF)]
        general = [name for name in (*CERTIFICATES, *(UV_CERTIFICATES if tool == "uv" else ())) if os.environ.get(name)]
        extent = max((level for level, *_ in said), default=REACH if general else NOTHING)
        origins = list(dict.fromkeys([*(origin for *_, origin in said), *general]))
        answer[tool] = {"extent": extent, "origins": origins}
        places.append({place for level, name, value, _ in said if level >= PLACES for place in named_places(name, value)})
    answer["differ"] = places[0] != places[1]
    return answer


def has_pip():
    """Returns whether environments can have pip: that of this interpreter, or the one that is bundled with Python."""
    return find_spec("pip") is not None or find_spec("ensurepip") is not None


def named_places(option, value):
    """Lists the locations in a setting. The form is the same for pip and uv, so that their locations can be compared."""
    if option in SWITCHES:
        return [""]
    return [re.sub(r"^[\w.-]+=(?=\w+:)", "", word).rstrip("/") for word in value.split()]


def passwords():
    """Lists the credentials in addresses of indexes. Invalid addresses also count, since the tools print them in messages."""
    found = set()
    for _, value, _ in (*of_pip(), *of_uv()):
        for login in re.findall(r"://(\S+)@", value):
            found |= {login, login.partition(":")[2]}
    return sorted(filter(None, found))


def shared_variables():
    """Returns the variables to set so that certificates in a general variable of one tool also apply to the other tool."""
    named = {name: os.environ.get(name, "") for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")}
    requests = named["REQUESTS_CA_BUNDLE"] or named["CURL_CA_BUNDLE"]
    of_pips = {name for name, value, _ in of_pip() if value.strip()}
    found = {}
    if named["SSL_CERT_FILE"] and not requests and "cert" not in of_pips:
        found["PIP_CERT"] = named["SSL_CERT_FILE"]
    if os.environ.get("SSL_CLIENT_CERT") and "client-cert" not in of_pips:
        found["PIP_CLIENT_CERT"] = os.environ["SSL_CLIENT_CERT"]
    if requests and not named["SSL_CERT_FILE"] and not os.environ.get("SSL_CERT_DIR"):
        found["SSL_CERT_DIR" if os.path.isdir(requests) else "SSL_CERT_FILE"] = requests
    return found


def quoted(files):
    """Lists all texts in uv's configuration files. Raises Unreadable."""
    return [text for file in files for text in re.findall(r"[\"']([^\"'\n]+)[\"']", content(file) or "")]


def paths(value):
    """Lists the existing files and directories in a setting."""
    words = {value, *value.split()}
    texts = [unquote(urlsplit(word).path) if word.lower().startswith("file:") else word for word in words]
    expanded = [os.path.normpath(os.path.expanduser(text)) for text in texts if text]
    return [path for path in expanded if re.match(r"/(?!dev/|proc/)[^/\n]", path) and os.path.exists(path)]


def cache(tool, option):
    """Creates the cache of a tool. Returns its path without links, or None if it cannot be created."""
    default = os.path.join(os.environ.get("XDG_CACHE_HOME") or home(".cache"), tool)
    directory = os.path.realpath(os.path.expanduser(option or default))
    try:
        os.makedirs(directory, mode=0o700, exist_ok=True)
    except OSError:
        return None
    return directory


def settings():
    """Returns the files that an installer must read, the texts to mask, and the caches. If the settings are not known, returns
    only the package indexes, with the problem."""
    where = index()
    if where["problem"]:
        return {"index": where}
    files = [*pip_files(), *uv_files(), *password_files()]
    configured = [(option, value) for _, _, option, value in options(pip_files())]
    named = [value for name, value in os.environ.items() if NAMES_FILES.fullmatch(name)]
    named += [value for name, value in configured if name != "cache-dir"]
    named += quoted(uv_files())
    found = [path for value in (*files, *NETWORK, *named) for path in paths(value)]
    caches = [cache("pip", os.environ.get("PIP_CACHE_DIR") or dict(configured).get("cache-dir"))]
    caches += [cache("uv", os.environ.get("UV_CACHE_DIR"))]
    read = sorted(set(found) - set(caches))
    private = [path for path in read if os.path.isfile(path) and not os.stat(path).st_mode & stat.S_IROTH]
    return {"read": read, "private": private, "pipCache": caches[0], "uvCache": caches[1], "index": where,
            "passwords": passwords(), "variables": shared_variables()}


def refuse_addresses():
    """Makes pip reject every requirement with an address, a directory or an archive."""
    from pip._internal.exceptions import InstallationError
    from pip._internal.req.constructors import install_req_from_req_string
    from pip._internal.req.req_install import InstallRequirement

    make = InstallRequirement.__init__
    configured = set()

    def make_or_refuse(self, *arguments, **named):
        make(self, *arguments, **named)
        if self.constraint and self.link:
            configured.add(self.link.url)  # the operator allows this address
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
    raise SystemExit("this version of pip cannot be prevented from using addresses in packages; install another version")


def refuse_paths_of_scripts():
    """Makes pip reject scripts whose names are paths. Some versions of pip write a script to such a path, even in a cache."""
    from pip._internal.exceptions import InstallationError
    from pip._vendor.distlib import scripts

    understand = scripts.get_export_entry

    def understand_or_refuse(specification):
        entry = understand(specification)
        if entry is not None and (os.path.basename(entry.name) != entry.name or entry.name in (os.curdir, os.pardir)):
            raise InstallationError(f"'{entry.name}' is not a name of a script; only names without '/' are allowed")
        return entry

    scripts.get_export_entry = understand_or_refuse


def refuse_programs():
    """Permanently prevents this process from starting programs, except those in MAY_START."""

    def look(event, arguments):
        if event in STARTS:
            program = os.path.basename(os.fsdecode(arguments[0])) if arguments and arguments[0] else event
            if not MAY_START.fullmatch(program):
                raise PermissionError(f"{program} is not started: packages are not built here")

    sys.addaudithook(look)


def read_site_settings(prefix):
    """Makes pip read the pip.conf of the base environment instead of that of the new environment."""
    from pip._internal import configuration

    found = configuration.get_configuration_files()
    found[configuration.kinds.SITE] = [os.path.join(prefix, configuration.CONFIG_BASENAME)]
    configuration.get_configuration_files = lambda: found


def pip(arguments):
    """Runs pip, and ends the process with pip's exit status."""
    given = {"--builds": False}
    while arguments[0].startswith("--"):
        name = arguments.pop(0)
        given[name] = True if name == "--builds" else arguments.pop(0)
    if "--python" in given:
        place = os.path.dirname(os.path.dirname(find_spec("pip").origin))
        builds = ["--builds"] if given["--builds"] else []
        python = given["--python"]
        site = ["--site", given.get("--site", sys.prefix)]
        os.execv(python, [python, "-B", os.path.abspath(__file__), "pip", "--from", place, *site, *builds, *arguments])
    if "--from" in given:
        sys.path.append(given["--from"])
        importlib.import_module("pip")
    left_out = [os.path.dirname(os.path.abspath(__file__)), given.get("--from")]
    if arguments[0] == "install":
        left_out.append(sys.prefix)  # contains untrusted packages, which must not be imported
    sys.path[:] = [path for path in sys.path if not any(out and (path + "/").startswith(out + "/") for out in left_out)]
    refuse_addresses()
    refuse_paths_of_scripts()
    if "--site" in given:
        read_site_settings(given["--site"])
    if not given["--builds"]:
        refuse_programs()
    sys.argv = ["pip", *arguments]
    runpy.run_module("pip", run_name="__main__", alter_sys=True)


def sees(directory, module):
    """Searches for a module. Does not start the environment's interpreter, since packages can contain start-up files."""
    own = glob.glob(os.path.join(directory, "lib", "python3*", "site-packages", module))
    if not own and (sys.prefix != sys.base_prefix or not find_spec(module)):
        raise SystemExit(f"{module} cannot be imported: an environment does not see the packages of {sys.prefix}")


if __name__ == "__main__":
    if sys.argv[1] == "pip":
        pip(sys.argv[2:])
    elif sys.argv[1] == "sees":
        sees(*sys.argv[2:])
    else:
        sys.stdout.write(json.dumps(index() if sys.argv[1] == "index" else settings()) + "\n")
