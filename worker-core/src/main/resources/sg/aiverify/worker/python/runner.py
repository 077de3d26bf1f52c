"""Runs one algorithm of AI Verify and returns its output.

There are two command lines:

    python runner.py --request FILE       for the worker: see `run` for the request, `Channel` for the events
    python runner.py --algo_path ...      for users: the original executor's command line, see executor_cli.py

With `--preload PLUGIN` after the request's file, the process starts before the request exists. It imports the modules that
the plug-in needs, and continues when it reads a byte from its standard input, see warm_up.py. `preload` and `run` are
separate, so that a process can import the engine once and then fork a child for each run. Needs the distribution
aiverify-test-engine and the standard library of Python 3.10 to 3.12.
"""

import copy
import gc
import importlib
import importlib.util
import inspect
import json
import logging
import os
import re
import shutil
import sys
import threading
import time
from pathlib import Path

LEGAL_NAME = re.compile(r"[A-Za-z0-9._/-]+")  # an artifact's name that the gateway accepts
MAX_VIOLATIONS = 20
MAX_VIOLATION_LETTERS = 300
MAX_ERROR_LETTERS = 64 * 1024  # the worker limits the length of lines; it assumes that a text of this length was cut off
MAX_WARNINGS = 50
MAX_WARNING_LETTERS = 4096
LINK_FROM_BYTES = 16 * 1024 * 1024
OUTPUT = "output"

log = logging.getLogger("aiverify.runner")


class TaskError(Exception):
    """The user or the author must act: an input is wrong, or the algorithm breaks its contract. The text explains why."""


class Channel:
    """Sends events to the worker: one JSON object in each line of a file descriptor that has no other use.

    {"event": "ready"}                       the imports before the request are done
    {"event": "started"}
    {"event": "computing"}                   the inputs are loaded, and the algorithm's code begins
    {"event": "progress", "percent": 0..100}
    {"event": "warning", "text": one sentence or several} a warning about the result, for the tester
    {"event": "computed"}
    {"event": "artifact", "name": a name below the output directory}
    {"event": "result"}
    {"event": "error", "text": one sentence or several}
    """

    def __init__(self, descriptor):
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._percent = None
        self._warnings = set()

    @classmethod
    def of_standard_output(cls):
        """Uses standard output for events. Other later output to standard output goes to standard error."""
        sys.stdout.flush()
        descriptor = os.dup(1)  # not inheritable, so no child process gets it
        os.dup2(2, 1)
        sys.stdout.reconfigure(line_buffering=True)
        return cls(descriptor)

    def send(self, event, **values):
        """Writes one event. Raises OSError if the worker no longer reads."""
        line = json.dumps({"event": event, **values}).encode() + b"\n"
        with self._lock:
            while line:
                line = line[os.write(self._descriptor, line) :]

    def progress(self, percent):
        """Sends the progress in per cent if it has changed. The algorithm calls this method.

        Ignores a value that is not a number, so that no run fails because of its progress.
        """
        try:
            percent = max(0, min(100, int(percent)))
        except (TypeError, ValueError, OverflowError):
            return
        if percent != self._percent:
            self._percent = percent
            self.send("progress", percent=percent)

    def warn(self, text):
        """Sends a warning, unless the same warning or MAX_WARNINGS others were already sent."""
        text = " ".join(text.split())
        if text not in self._warnings and len(self._warnings) < MAX_WARNINGS:
            self._warnings.add(text)
            log.warning("worker: %s", text)  # the prefix distinguishes this line from the algorithm's lines
            self.send("warning", text=text[:MAX_WARNING_LETTERS])


def preload():
    """Imports the engine and finds its data, model and serializer plug-ins. Returns the engine's directory.

    Raises TaskError if there is no engine in this environment.
    """
    try:
        import aiverify_test_engine
        from aiverify_test_engine.plugins.plugins_manager import PluginManager
    except ImportError as error:
        raise TaskError(f"aiverify_test_engine cannot be imported by {sys.executable}: {error}") from error
    engine = Path(aiverify_test_engine.__file__).parent
    if not PluginManager._get_plugins_by_type(_plugin_type().DATA):
        PluginManager.discover(str(engine))
    return engine


def run(request, channel):
    """Runs one algorithm.

    Changes the current directory, `sys.path` and the loaded modules, so a process can run only one algorithm. The members of
    the request, with absolute paths: `run_id`; `algorithm`, the plug-in's root, which is only read; `data`; `model`;
    `ground_truth_data` and `ground_truth`, a path and a column's name, or both null; `model_type`, a name of the engine's
    ModelType in lower case; `arguments`, an object; `work`, an existing directory of this run; `offline`, whether the run is
    known to have no network. The plug-in is copied to work/algorithm and runs there. Its artifacts are stored in
    work/algorithm/output, and its output in work/result.json. Sends events, and returns a `Result`. Raises
    TaskError, and the exceptions of the algorithm.
    """
    for name in ("inputs", "outputs", "failures"):
        sibling(name)  # before untrusted code is imported
    channel.send("started")
    algorithm = LoadedAlgorithm(prepare_directory(Path(request["algorithm"]), Path(request["work"])))
    engine = preload()
    inputs = load_inputs(request, algorithm.meta, channel.warn)
    keywords = {
        **copy.deepcopy(request["arguments"]),
        "ground_truth": request["ground_truth"],
        "model_type": _model_type(request["model_type"]),
        "logger": log,
        "progress_callback": channel.progress,
        "project_base_path": algorithm.source,
    }
    plugin_class = algorithm.plugin_class()
    gc.enable()
    channel.send("computing")
    started = time.time()
    plugin = plugin_class(
        inputs.data, inputs.model, inputs.ground_truth, inputs.initial_data, inputs.initial_model, **keywords
    )
    plugin.generate()
    seconds = time.time() - started
    channel.send("computed")
    given = [path for path in (request["data"], request["ground_truth_data"]) if path is not None]
    output, artifacts = plain_output(plugin.get_results(), algorithm.output, given, channel.warn)
    check_output(output, algorithm.read_json("output.schema.json"))
    document = algo_init_document(algorithm, engine, inputs, request, keywords, output, started, seconds)
    if document is not None:
        output, shown = plain_output(document["output"], algorithm.output, given, channel.warn)
        artifacts = existing(document.get("artifacts") or artifacts, algorithm.output, channel.warn) or shown
    result = Result(output, artifacts, started, seconds, document, algorithm)
    with open(Path(request["work"], "result.json"), "w", encoding="utf-8") as file:
        sibling("outputs").write_json(result.output, file)
    for name in result.artifacts:
        channel.send("artifact", name=name)
    channel.send("result")
    return result


class Result:
    """The result of an algorithm: `output`, an object; `artifacts`, names below the output directory; `started`, the start in
    seconds since 1970; `seconds`, the duration; `document`, the document that AlgoInit wrote, or None."""

    def __init__(self, output, artifacts, started, seconds, document, algorithm):
        self.output = output
        self.artifacts = artifacts
        self.started = started
        self.seconds = seconds
        self.document = document
        self.algorithm = algorithm


def prepare_directory(algorithm, work):
    """Copies a plug-in without its previous output to work/algorithm, and changes to this directory.

    Plug-ins write below the current directory, and may load files from it. Instead of a file of 16 MiB or more, the copy
    contains a link.
    """
    own = work / "algorithm"

    def place(source, target):
        if os.path.getsize(source) >= LINK_FROM_BYTES:
            os.symlink(source, target)
        else:
            shutil.copyfile(source, target)

    def skipped(directory, names):
        unwanted = {"__pycache__", ".git", ".venv"} | ({OUTPUT} if Path(directory) == algorithm else set())
        return unwanted.intersection(names)

    shutil.copytree(algorithm, own, copy_function=place, ignore=skipped)
    for directory, _, _ in os.walk(own):
        os.chmod(directory, 0o755)
    (own / OUTPUT).mkdir()
    os.chdir(own)
    return own


class LoadedAlgorithm:
    """A plug-in in the run's directory: its `root`, its `source` (the package with algo.py), its `output` directory and
    its `meta`. Raises TaskError if a file is missing or is not JSON."""

    def __init__(self, root):
        self.root = root
        self.output = root / OUTPUT
        self._algo = self._find("algo.py")
        self.source = self._algo.parent
        if self.source == root:
            raise TaskError("Invalid algorithm: algo.py must be in a package, not in the root of the plug-in")
        sys.path.insert(0, str(root))
        self.meta = self.read_json("algo.meta.json")

    def _find(self, name):
        places = [self.root, *sorted(entry for entry in self.root.iterdir() if entry.is_dir())]
        for place in places:
            if (place / name).is_file():
                return place / name
        raise TaskError(f"Invalid algorithm: {name} is missing, in the plug-in's root and the directories below it")

    def read_json(self, name):
        """Reads one of the plug-in's JSON files, which must contain an object. Raises TaskError."""
        try:
            content = json.loads(self._find(name).read_text(encoding="utf-8-sig"))
        except ValueError as error:
            raise TaskError(f"Invalid algorithm: {name} is not JSON: {error}") from error
        if not isinstance(content, dict):
            raise TaskError(f"Invalid algorithm: {name} must contain an object")
        return content

    def plugin_class(self):
        """Finds the algorithm's class, a sub-class of IAlgorithm. Prefers classes of algo.py to classes that it imports."""
        from aiverify_test_engine.interfaces.ialgorithm import IAlgorithm

        logging.getLogger(self.source.name).setLevel(logging.INFO)  # the algorithm's log is shown to its user
        module = importlib.import_module(f"{self.source.name}.algo")
        classes = [
            member
            for _, member in inspect.getmembers(module, inspect.isclass)
            if issubclass(member, IAlgorithm) and member is not IAlgorithm
        ]
        if not classes:
            raise TaskError("Invalid algorithm: algo.py has no sub-class of IAlgorithm")
        own = [member for member in classes if member.__module__ == module.__name__]
        named = [member for member in own if member.__name__ == "Plugin"]
        return (named or own or classes)[0]

    def algo_init_class(self):
        """Returns the class AlgoInit, or None if the plug-in has no algo_init.py or this file has no such class."""
        if not (self.source / "algo_init.py").is_file():
            return None
        try:
            module = importlib.import_module(f"{self.source.name}.algo_init")
        except Exception as error:  # not a failure of the run, since only the form of the result depends on the class
            log.warning("algo_init.py cannot be imported, continuing without it: %s", error)
            return None
        return getattr(module, "AlgoInit", None)


def load_inputs(request, meta, warn):
    """Loads data, model and ground truth, see inputs.py."""
    return sibling("inputs").load(request, meta, warn)


def plain_output(results, directory, given, warn):
    """Converts results to JSON types, and the names of images in `directory` to names relative to it.

    `given` are the paths of the run's data, whose images are not artifacts. Returns the results, and the names of the
    images below the directory, see outputs.py.
    """
    plain = sibling("outputs").Plain(directory, given, warn)
    output = plain.convert(results)
    plain.finish()
    return output, list(plain.artifacts)


def _name_below(directory, text):
    for path in (directory / text, Path.cwd() / text):
        try:
            if path.is_file() and path.resolve().is_relative_to(directory.resolve()):
                return path.resolve().relative_to(directory.resolve()).as_posix()
        except (OSError, ValueError):
            pass  # too long, or has a null character: not a file's name
    return None


def existing(names, directory, warn):
    """Returns the names of the files that exist in a directory and whose names the gateway accepts, relative to the directory.
    Warns of the others."""
    found = {str(name): _name_below(directory, str(name)) for name in names}
    kept = {name: file for name, file in found.items() if file is not None and LEGAL_NAME.fullmatch(file)}
    if len(kept) < len(found):
        sibling("outputs").warn_of_missing([name for name in found if name not in kept], warn)
    return list(dict.fromkeys(kept.values()))


def check_output(output, schema):
    """Checks an output against its schema. Raises TaskError with up to 20 violations, each with its place."""
    import jsonschema

    if not isinstance(output, dict):
        found = "None (nothing)" if output is None else f"of type {type(output).__name__}"
        raise TaskError(f"The algorithm's output must be an object, but is {found}")
    validator_class = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        validator_class.check_schema(schema)
    except jsonschema.SchemaError as error:
        raise TaskError(f"Invalid algorithm: output.schema.json is not a JSON schema: {error.message}") from None
    violations = [in_words(error) for error in validator_class(schema).iter_errors(output)]
    if violations:
        more = len(violations) - MAX_VIOLATIONS
        shown = violations[:MAX_VIOLATIONS] + ([f"and {more} more"] if more > 0 else [])
        raise TaskError("The algorithm's output does not match its output.schema.json:\n" + "\n".join(shown))


def in_words(error):
    """Describes a violation and its place. Leaves out a long value. If it were cut, a part of a secret could not be masked."""
    place = sibling("outputs").path(error.absolute_path)
    long = len(error.message) > MAX_VIOLATION_LETTERS
    text = f"the value, too long to be shown, does not match {error.validator!r}" if long else error.message
    return f"{place}: {text}" if place else text


def algo_init_document(algorithm, engine, inputs, request, keywords, output, started, seconds):
    """Lets the plug-in's AlgoInit write the result, if its constructor accepts the arguments of the original executor.

    Returns the document. Returns None if the plug-in has no such AlgoInit, or if AlgoInit fails; a failure is logged.
    """
    algo_init = algorithm.algo_init_class()
    if algo_init is None or not hasattr(algo_init, "_generate_output_file"):
        return None
    truth = request["ground_truth_data"]
    positional = (inputs.as_pipeline, engine, request["data"], request["model"], truth)
    try:
        inspect.signature(algo_init).bind(*positional, **keywords)
    except TypeError:
        return None  # the usual case: most plug-ins have another signature
    file = Path(request["work"], "algo_init.json")
    try:
        writer = algo_init(*positional, **keywords)
        writer._start_time = started
        writer._time_taken = seconds
        writer._generate_output_file(output, file)
        document = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(document, dict) and isinstance(document.get("output"), dict):
            return document
        log.warning("AlgoInit wrote no result, continuing without AlgoInit")
    except Exception as error:
        log.warning("AlgoInit cannot write the result, continuing without AlgoInit: %s", error)
    return None


def _plugin_type():
    from aiverify_test_engine.plugins.enums.plugin_type import PluginType

    return PluginType


def _model_type(name):
    from aiverify_test_engine.plugins.enums.model_type import ModelType

    return ModelType[name.upper()]


def run_and_report(request, channel):
    """Runs one algorithm, and sends an event if it fails. Returns the exit status for the process: 0 or 1."""
    try:
        run(request, channel)
        return 0
    except BaseException as error:  # the algorithm may also raise SystemExit or KeyboardInterrupt
        text = sibling("failures").described(error, Path(request["work"], "algorithm"), request.get("offline"))
        channel.send("error", text=text[:MAX_ERROR_LETTERS])
        return 1


def leave(status):
    """Ends the process immediately. Python's normal exit takes 0.2 s, and may wait for an algorithm's threads forever."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass
    os._exit(status)


def set_up_log(level=logging.INFO):
    """Sends this process's log to standard error."""
    logging.basicConfig(format="%(levelname)s %(message)s", stream=sys.stderr)
    log.setLevel(level)


def sibling(name):
    """Imports a module of this file's directory under a private name, which no module of an algorithm has."""
    private = f"aiverify_worker_{name}"
    if private not in sys.modules:
        spec = importlib.util.spec_from_file_location(private, Path(__file__).with_name(f"{name}.py"))
        module = importlib.util.module_from_spec(spec)
        sys.modules[private] = module
        spec.loader.exec_module(module)
    return sys.modules[private]


def main(arguments):
    """Serves one request of the worker, or the original executor's command line."""
    import faulthandler
    import resource

    faulthandler.enable()
    gc.disable()  # imported and loaded objects do not become garbage, and the collector would take a sixth of the time
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    set_up_log()
    if arguments[:1] != ["--request"]:
        leave(sibling("executor_cli").main(arguments))
    channel = Channel.of_standard_output()
    if arguments[2:3] == ["--preload"] and not sibling("warm_up").wait(arguments[3], preload, channel):
        leave(1)
    with open(arguments[1], encoding="utf-8") as file:
        request = json.load(file)
    leave(run_and_report(request, channel))


if __name__ == "__main__":
    # The engine adds the classes of a model's pipeline to __main__, which must not contain the names of this file.
    if sys.path and Path(sys.path[0] or ".").resolve() == Path(__file__).resolve().parent:
        sys.path.pop(0)
    spec = importlib.util.spec_from_file_location("aiverify_worker_runner", __file__)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    module.main(sys.argv[1:])
