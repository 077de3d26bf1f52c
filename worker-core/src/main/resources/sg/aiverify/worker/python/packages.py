"""Runs pip on requirements that strangers wrote, and says what of this machine an installer needs.

    python packages.py settings             the files that pip and uv are configured by, and their caches
    python packages.py index                where each of them gets packages from, by which settings
    python packages.py pip [--python PYTHON | --from PLACE] [--site PREFIX] [--builds] ARGUMENT...
                                            pip, kept from addresses that packages name and, without --builds, from
                                            starting programs, so that nothing can be built. It is this interpreter's
                                            pip, for another one with --python; --from names where else pip is,
                                            --site the environment whose pip.conf holds
    python packages.py sees DIRECTORY MODULE
                                            ends well if a virtual environment that was made on top of this
                                            interpreter's packages has a module; nothing in it is started

`settings` and `index` answer with one line of JSON on standard output, and run outside the sandbox. The others run
inside; where there is none, what they refuse is refused all the same. Python 3.10 to 3.12, standard library only.
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

# What looking up hosts and checking certificates needs beside what every sandbox shows.
NETWORK = ("/etc/resolv.conf", "/etc/ssl/cert.pem", "/etc/pki/tls/cert.pem", "/etc/pki/tls/openssl.cnf",
           "/etc/crypto-policies")
NAMES_FILES = re.compile(r"(PIP|UV|SSL)_.*|.*_CA_BUNDLE|NETRC", re.IGNORECASE)
STARTS = ("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "pty.spawn")
# How much settings say of where packages come from, least first: nothing; how an index is reached; places beside the
# default index; what the default index is, or that there is none.
NOTHING, REACH, PLACES, WHOLE = range(4)
PIP_OPTIONS = {"cert": REACH, "client-cert": REACH, "proxy": REACH, "trusted-host": REACH, "extra-index-url": PLACES,
               "find-links": PLACES, "index-url": WHOLE, "pypi-url": WHOLE, "no-index": WHOLE}
PIP_SECTIONS = ("global", "install", "download")
UV_OPTIONS = {"allow-insecure-host": REACH, "insecure-host": REACH, "extra-index-url": PLACES, "index": PLACES,
              "find-links": PLACES, "default-index": WHOLE, "index-url": WHOLE, "no-index": WHOLE, "offline": WHOLE}
SWITCHES = ("no-index", "offline")
OFF = ("", "0", "false", "f", "no", "n", "off")
# Certificates that hold for both tools, see shared_variables, and for uv only.
CERTIFICATES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CLIENT_CERT")
UV_CERTIFICATES = ("SSL_CERT_DIR", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS")
# Of the machine: the loader of musl, which pip asks for its version, and the program that knows an index's password.
MAY_START = re.compile(r"ld-musl-.*|keyring")


class Unreadable(Exception):
    """A file of settings is there, and what it says is not known. The text names the file and the reason."""


def home(*parts):
    return os.path.join(os.path.expanduser("~"), *parts)


def config_homes():
    """Lists the directories of the machine's and of the user's settings."""
    machine = os.environ.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    return machine.split(os.pathsep), os.environ.get("XDG_CONFIG_HOME") or home(".config")


def pip_files():
    """Lists the files of settings that pip reads, whether or not they are there, the strongest last: the machine's, the
    user's, the environment's, the one that a variable names. https://pip.pypa.io/en/stable/topics/configuration/"""
    named = os.environ.get("PIP_CONFIG_FILE", "")
    if named == os.devnull:
        return []
    machine, user = config_homes()
    found = [*(os.path.join(directory, "pip", "pip.conf") for directory in machine), "/etc/pip.conf"]
    if not (named and os.path.exists(named)):
        found += [home(".pip", "pip.conf"), os.path.join(user, "pip", "pip.conf")]
    return [*found, os.path.join(sys.prefix, "pip.conf"), named]


def uv_files():
    """Lists the files of settings that uv reads, whether or not they are there."""
    if os.environ.get("UV_CONFIG_FILE"):
        return [os.environ["UV_CONFIG_FILE"]]
    if os.environ.get("UV_NO_CONFIG", "").lower() not in OFF:
        return []
    machine, user = config_homes()
    return [os.path.join(directory, "uv", "uv.toml") for directory in (user, *machine, "/etc")]


def password_files():
    """Lists the files with passwords of indexes, whether or not they are there."""
    data = os.environ.get("XDG_DATA_HOME") or home(".local", "share")
    return [os.path.join(data, "uv", "credentials"), home(".netrc"), home("_netrc")]


def content(file):
    """Reads a file of settings. Returns None if it is not there; raises Unreadable if its text cannot be had: what it says
    of the index would count for nothing, and a private name be asked of the public one."""
    try:
        with open(file, encoding="utf-8") as text:
            return text.read()
    except (OSError, ValueError) as error:
        if not os.path.exists(file):  # or where nobody of this user's may look
            return None
        raise Unreadable(f"{file} cannot be read: {error}") from error


def options(files):
    """Reads files of pip's settings. Returns (file, section, option, value) of each setting; raises Unreadable."""
    found = []
    for file in filter(None, files):
        parser = configparser.RawConfigParser()
        try:
            parser.read_string(content(file) or "", file)
        except configparser.ParsingError as error:  # its text shows lines, and these passwords
            line = error.lineno if isinstance(error, configparser.MissingSectionHeaderError) else error.errors[0][0]
            raise Unreadable(f"{file} cannot be read: line {line} is no setting of a section") from error
        except configparser.Error as error:
            raise Unreadable(f"{file} cannot be read: {' '.join(str(error).split())}") from error
        found += [(file, section, *pair) for section in parser.sections() for pair in parser.items(section)]
    return found


def toml(file):
    """Reads a file of uv's settings, as far as they are tables. Raises Unreadable."""
    text = content(file)
    if text is None:
        return {}
    import requirements  # beside this file; not where pip runs

    try:
        return requirements.library(*requirements.TOML).loads(text.removeprefix("\ufeff"))
    except (ImportError, ValueError) as error:
        raise Unreadable(f"{file} cannot be read: {error}") from error


def of_variables(prefix, options):
    """Lists (option, value, variable) of the variables that begin with a prefix, for some options."""
    found = [(name[len(prefix):].lower().replace("_", "-"), value, name) for name, value in sorted(os.environ.items())
             if name.startswith(prefix)]
    return [setting for setting in found if setting[0] in options]


@functools.cache
def of_pip():
    """Lists (option, value, origin) of the settings of pip's index. An origin is a variable, or an option in a file."""
    found = []
    for file, section, option, value in options(pip_files()):
        name = option.removeprefix("--").replace("_", "-")
        if section in PIP_SECTIONS and name in PIP_OPTIONS:
            found.append((name, value, f"{option} in {file}"))
    return found + of_variables("PIP_", PIP_OPTIONS)


@functools.cache
def of_uv():
    """Lists (option, value, origin) of the settings of uv's indexes. Raises Unreadable."""
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
    """Lists (URL, whether it is the default) of the tables [[index]] of uv's settings; what is none of these, too."""
    for each in value if isinstance(value, list) else [value]:
        table = each if isinstance(each, dict) else {"url": each}
        yield str(table.get("url", "?")), table.get("default") is True


def index():
    """Says where pip and uv get packages from. Returns for each how much its settings say and their origins, without
    values, which may hold passwords; whether they name different places; whether this interpreter has uv and pip; and the
    `problem`, null or why the settings are not known."""
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
    """Tells whether environments can be made with pip: this interpreter's own, or the one that Python brings along."""
    return find_spec("pip") is not None or find_spec("ensurepip") is not None


def named_places(option, value):
    """Lists the places that a setting names, in a form in which pip's and uv's can be compared."""
    if option in SWITCHES:
        return [""]
    return [re.sub(r"^[\w.-]+=(?=\w+:)", "", word).rstrip("/") for word in value.split()]


def passwords():
    """Lists the logins in addresses of indexes. Not all of them are legal, and tools show what they cannot read."""
    found = set()
    for _, value, _ in (*of_pip(), *of_uv()):
        for login in re.findall(r"://(\S+)@", value):
            found |= {login, login.partition(":")[2]}
    return sorted(filter(None, found))


def shared_variables():
    """Lets certificates that one tool knows by a general variable hold for the other, too. Returns variables to set."""
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
    """Lists the texts in files of uv's settings, whatever they are for. Raises Unreadable."""
    return [text for file in files for text in re.findall(r"[\"']([^\"'\n]+)[\"']", content(file) or "")]


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
    """Says what an installer must read of this machine, what it must not show, and where the caches are. If its settings
    are not known, that is all that is said."""
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


def read_site_settings(prefix):
    """Makes pip read the settings of the environment that is built upon, in place of those of the one that is made."""
    from pip._internal import configuration

    found = configuration.get_configuration_files()
    found[configuration.kinds.SITE] = [os.path.join(prefix, configuration.CONFIG_BASENAME)]
    configuration.get_configuration_files = lambda: found


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
        site = ["--site", given.get("--site", sys.prefix)]
        os.execv(python, [python, "-B", os.path.abspath(__file__), "pip", "--from", place, *site, *builds, *arguments])
    if "--from" in given:
        sys.path.append(given["--from"])
        importlib.import_module("pip")
    left_out = [os.path.dirname(os.path.abspath(__file__)), given.get("--from")]
    if arguments[0] == "install":
        left_out.append(sys.prefix)  # where strangers' packages come to be: nothing of them is imported
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
        sys.stdout.write(json.dumps(index() if sys.argv[1] == "index" else settings()) + "\n")
