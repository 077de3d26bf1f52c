"""Reads the requirements of an algorithm, and finds those that an interpreter does not meet.

    python requirements.py PYPROJECT ENGINE   compares a pyproject.toml and the engine's requirement with this interpreter

Prints one line of JSON to standard output. Runs in the interpreter that it checks, Python 3.10 to 3.12. Needs only the
standard library, and the copies of `packaging` and `tomli` that every pip contains. The rules for requirements, markers,
extras and names are in https://packaging.python.org/specifications/.
"""

import codecs
import glob
import importlib
import json
import os
import re
import resource
import sys
from importlib import metadata
from importlib.util import find_spec

MAX_BYTES = 256 * 1024  # the whole file is read outside the sandbox
MAX_REQUIREMENTS, MAX_LETTERS = 1000, 1000  # for a project and for a requirement, which becomes an argument of a command
MAX_MEMORY = 512 * 1024 * 1024  # the memory for a name grows with the square of its length
TOML = ("tomllib", "tomli", "pip._vendor.tomli")  # Python 3.10 lacks tomllib
NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
ARCHIVES = (".whl", ".zip", ".tar", ".tgz", ".tbz", ".txz", ".tlz", ".gz", ".bz2", ".xz", ".lz", ".lzma", ".egg")
ALLOWED = "allowed: a name, extras, versions and a marker, as in 'name[extra]>=1.2,<2; python_version < \"3.12\"'"


class Problem(Exception):
    """The author of the algorithm must act; the text contains the problem."""


def bundled_pip():
    """Returns the path of the wheel of pip that comes with Python, or None. For an interpreter that has no pip."""
    if find_spec("ensurepip") is None:
        return None
    import ensurepip

    places = [os.path.join(os.path.dirname(ensurepip.__file__), "_bundled"), "/usr/share/python-wheels"]
    wheels = [wheel for place in places for wheel in glob.glob(os.path.join(place, "pip-*.whl"))]
    return wheels[0] if wheels else None


def library(*names):
    """Imports the first existing module of several names. Raises ImportError if no such module exists."""
    for name in names:
        try:
            return importlib.import_module(name)
        except ImportError:
            pass
    raise ImportError("none of " + ", ".join(names))


def canonical(name):
    """Normalises a distribution's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_project(path):
    """Reads the table [project] of a pyproject.toml. Raises Problem."""
    if not os.path.isfile(path):
        raise Problem("pyproject.toml is missing; its [project] dependencies must list the packages that the algorithm needs")
    if os.path.getsize(path) > MAX_BYTES:
        raise Problem(f"pyproject.toml has {os.path.getsize(path)} bytes, at most {MAX_BYTES} are allowed")
    toml = library(*TOML)
    try:
        with open(path, "rb") as file:
            text = file.read()
        if text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise Problem("pyproject.toml is in UTF-16; allowed: UTF-8")
        content = toml.loads(text.decode("utf-8-sig").replace("\r\n", "\n"))
    except ValueError as error:
        raise Problem(f"pyproject.toml cannot be read: {error}") from error
    if "project" not in content and "poetry" in content.get("tool", {}):
        raise Problem("pyproject.toml declares its dependencies for Poetry only; list them in [project] dependencies")
    project = content.get("project", {})
    if not isinstance(project, dict):
        raise Problem("pyproject.toml: [project] must be a table")
    if "dependencies" in (project.get("dynamic") or []):
        raise Problem(
            "pyproject.toml declares its dependencies as dynamic, but only a build could list these; list them in "
            "[project] dependencies"
        )
    return project


def check(requirement, line):
    """Rejects a requirement that an installer could treat as something other than a package of the index. For example, pip
    builds the directory in `name===/some/path`. Older copies of `packaging` accept any text as a version. Raises Problem."""
    version = library("packaging.version", "pip._vendor.packaging.version")
    if requirement.url:
        raise Problem(f"The requirement '{line}' names an address; only packages of the index are allowed")
    for name in (requirement.name, *requirement.extras):
        if not NAME.fullmatch(name) or name.lower().endswith(ARCHIVES):
            raise Problem(f"The requirement '{line}' is wrong: '{name}' is not a package name; {ALLOWED}")
    for specifier in requirement.specifier:
        text = specifier.version
        if specifier.operator in ("==", "!=") and text.endswith(".*"):
            text = text[:-2]
        try:
            version.Version(text)
        except ValueError as error:
            raise Problem(f"The requirement '{line}' is wrong: '{text}' is not a version; {ALLOWED}") from error
        if text.lower().endswith(ARCHIVES):  # possible in a local version; pip would look for a file with this name
            raise Problem(f"The requirement '{line}' is wrong: '{text}' ends like the name of an archive; {ALLOWED}")


def place(error):
    """Describes the place from which a requirement cannot be parsed. If it is not known, returns the parser's error."""
    old = re.match(r"Parse error at \"'(.*)'\": ", str(error))
    syntax = error.__cause__
    if old:
        rest = old[1]
    elif hasattr(syntax, "span") and hasattr(syntax, "source"):
        rest = syntax.source[syntax.span[0] :]
    else:
        return f": {error}"
    return f" from '{rest}' on" if rest.strip() else ": it ends too early"


def declared(project):
    """Parses the requirements of a project. Returns those whose markers hold here. Raises Problem."""
    requirements = library("packaging.requirements", "pip._vendor.packaging.requirements")
    specifiers = library("packaging.specifiers", "pip._vendor.packaging.specifiers")
    lines = project.get("dependencies") or []
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise Problem("pyproject.toml: [project] dependencies must be a list of texts")
    if len(lines) > MAX_REQUIREMENTS:
        raise Problem(f"pyproject.toml has {len(lines)} requirements, at most {MAX_REQUIREMENTS} are allowed")
    longest = max(map(len, lines), default=0)
    if longest > MAX_LETTERS:
        raise Problem(f"pyproject.toml has a requirement of {longest} characters, at most {MAX_LETTERS} are allowed")
    here = "%d.%d.%d" % sys.version_info[:3]
    try:
        if not specifiers.SpecifierSet(project.get("requires-python") or "").contains(here, prereleases=True):
            raise Problem(
                f"The algorithm requires Python {project['requires-python']}, but the worker uses {here}. Python 3.10, 3.11 or"
                " 3.12 can be set with PYTHON, or for images with WORKER_BASE_IMAGE"
            )
    except ValueError as error:
        raise Problem(f"pyproject.toml: requires-python is wrong: {error}") from error
    found = []
    for line in lines:
        try:
            requirement = requirements.Requirement(line)
        except ValueError as error:
            raise Problem(f"pyproject.toml: the requirement '{line}' is wrong{place(error)}; {ALLOWED}") from error
        check(requirement, line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            requirement.marker = None
            found.append(requirement)
    return found


def installed():
    """Maps canonical names to installed distributions. As for imports, the first distribution on the path applies."""
    found = {}
    for distribution in metadata.distributions():
        name = distribution.metadata["Name"]
        if name:
            found.setdefault(canonical(name), distribution)
    return found


def is_met(requirement, distributions, seen=frozenset()):
    """Returns whether a requirement is met: installed in an allowed version, together with the requirements of its extras."""
    requirements = library("packaging.requirements", "pip._vendor.packaging.requirements")
    distribution = distributions.get(canonical(requirement.name))
    if distribution is None or not requirement.specifier.contains(distribution.version, prereleases=True):
        return False
    for extra in requirement.extras - seen:
        for line in distribution.requires or []:
            inner = requirements.Requirement(line)
            if inner.marker is None or not inner.marker.evaluate({"extra": extra}) or inner.marker.evaluate({"extra": ""}):
                continue
            again = seen | requirement.extras if canonical(inner.name) == canonical(requirement.name) else frozenset()
            if not is_met(inner, distributions, again):
                return False
    return True


def inspect(pyproject, engine, wheel):
    """Compares the requirements of an algorithm and of the engine with this interpreter. `wheel` is the bundled pip if it is
    used because this interpreter has no pip, else None."""
    distributions = installed()
    try:
        wanted = declared(read_project(pyproject))
    except (Problem, ImportError):
        raise
    except Exception as error:  # the file is untrusted: any value can have a wrong type
        raise Problem(f"pyproject.toml cannot be parsed: {type(error).__name__}: {error}") from error
    engine = library("packaging.requirements", "pip._vendor.packaging.requirements").Requirement(engine)
    if not any(canonical(requirement.name) == canonical(engine.name) for requirement in wanted):
        wanted.append(engine)
    texts = {str(requirement): requirement for requirement in wanted}
    missing = [text for text, requirement in sorted(texts.items()) if not is_met(requirement, distributions)]
    return {
        "declared": sorted(texts),
        "missing": missing,
        "present": sorted({canonical(r.name) for r in wanted} & set(distributions)),
        "pip": wheel,
        "hasPip": wheel is None and find_spec("pip") is not None,
    }


def answer(pyproject, engine):
    """Compares the requirements with this interpreter. Returns the object to print: the result, or the problem."""
    wheel = None if find_spec("pip") else bundled_pip()
    if wheel:
        sys.path.append(wheel)
    try:
        return inspect(pyproject, engine, wheel)
    except Problem as problem:
        return {"problem": str(problem)}


def limit_memory():
    """Limits the memory of this process, since the file is untrusted."""
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    most = MAX_MEMORY if hard == resource.RLIM_INFINITY else min(MAX_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


if __name__ == "__main__":
    limit_memory()
    sys.stdout.write(json.dumps(answer(*sys.argv[1:])) + "\n")
