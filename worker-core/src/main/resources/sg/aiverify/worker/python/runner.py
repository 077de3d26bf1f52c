"""Runs one algorithm of AI Verify and hands over what it gave.

Two ways in:

    python runner.py --request FILE       for the worker: see `run` for the request, `Channel` for the answers
    python runner.py --algo_path ...      for people: the original executor's command line, see executor_cli.py

With `--preload PLUGIN` behind the request's file the process starts before there is a request: it imports what the
plug-in will need, and goes on when a byte comes in its standard input; see warm_up.py. `preload` and `run` are apart
so that a process may import the engine once and then fork a child for each run. Needs the distribution aiverify-test-engine and the standard library, Python 3.10 to 3.12.
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

LEGAL_NAME = re.compile(r"[A-Za-z0-9._/-]+")  # what the gateway takes as an artifact's name
MAX_VIOLATIONS = 20
MAX_VIOLATION_LETTERS = 300
MAX_ERROR_LETTERS = 64 * 1024  # the worker reads no lines without end; it takes a text of this length for cut
MAX_WARNINGS = 50
MAX_WARNING_LETTERS = 4096
LINK_FROM_BYTES = 16 * 1024 * 1024
OUTPUT = "output"

log = logging.getLogger("aiverify.runner")


class TaskError(Exception):
    """The submitter must act: wrong input, or an algorithm that breaks its contract. The text says what."""


class Channel:
    """Events for the worker: one JSON object a line on a file descriptor that nothing else writes to.

    {"event": "ready"}                       what could be imported before there is a request has been
    {"event": "started"}
    {"event": "computing"}                   the inputs are loaded, the algorithm's own code begins
    {"event": "progress", "percent": 0..100}
    {"event": "warning", "text": one sentence or several} what the tester should know of the result
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
        """Takes standard output for events; what is printed from now on goes to standard error."""
        sys.stdout.flush()
        descriptor = os.dup(1)  # not inheritable, so no child process gets it
        os.dup2(2, 1)
        sys.stdout.reconfigure(line_buffering=True)
        return cls(descriptor)

    def send(self, event, **values):
        """Writes one event. Raises OSError if the worker has gone."""
        line = json.dumps({"event": event, **values}).encode() + b"\n"
        with self._lock:
            while line:
                line = line[os.write(self._descriptor, line) :]

    def progress(self, percent):
        """Sends the progress in per cent if it differs from the one before; the algorithm's callback.

        What is no number is left out: no run fails over its progress.
        """
        try:
            percent = max(0, min(100, int(percent)))
        except (TypeError, ValueError, OverflowError):
            return
        if percent != self._percent:
            self._percent = percent
            self.send("progress", percent=percent)

    def warn(self, text):
        """Sends a warning, each once and no more than MAX_WARNINGS."""
        text = " ".join(text.split())
        if text not in self._warnings and len(self._warnings) < MAX_WARNINGS:
            self._warnings.add(text)
            log.warning("worker: %s", text)  # no line of the algorithm's
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

    Changes the current directory, `sys.path` and the loaded modules, so a process runs it once. The request holds, all
    paths absolute: `run_id`; `algorithm`, the plug-in's root, only read; `data`, `model`; `ground_truth_data` and
    `ground_truth`, a path and a column's name, or both null; `model_type`, a name of the engine's ModelType in lower
    case; `arguments`, an object; `work`, an existing directory that is this run's alone; `offline`, whether it is known
    that the run has no network. The plug-in is copied to work/algorithm and runs there; its artifacts end up below
    work/algorithm/output, its output in work/result.json. Returns a `Result` and sends it as an event. Raises
    TaskError, and what the algorithm raises.
    """
    for name in ("inputs", "outputs", "failures"):
        sibling(name)  # before there is foreign code
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
    """What an algorithm gave: `output`, an object; `artifacts`, names below the output directory; when it `started`,
    in seconds since 1970, and the `seconds` it took; the `document` that its AlgoInit wrote, or None."""

    def __init__(self, output, artifacts, started, seconds, document, algorithm):
        self.output = output
        self.artifacts = artifacts
        self.started = started
        self.seconds = seconds
        self.document = document
        self.algorithm = algorithm


def prepare_directory(algorithm, work):
    """Copies a plug-in to work/algorithm, without its former output, and makes that the current directory.

    Plug-ins write below the current directory and may load files from it. Files of 16 MiB and more become links.
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
    """A plug-in in the run's own directory: its `root`, its `source` (the package with algo.py), its `output`
    directory and its `meta`. Raises TaskError if a file is missing or no JSON."""

    def __init__(self, root):
        self.root = root
        self.output = root / OUTPUT
        self._algo = self._find("algo.py")
        self.source = self._algo.parent
        if self.source == root:
            raise TaskError("Invalid algorithm: algo.py must lie in a package, not at the root of the plug-in")
        sys.path.insert(0, str(root))
        self.meta = self.read_json("algo.meta.json")

    def _find(self, name):
        places = [self.root, *sorted(entry for entry in self.root.iterdir() if entry.is_dir())]
        for place in places:
            if (place / name).is_file():
                return place / name
        raise TaskError(f"Invalid algorithm: {name} is missing, in the plug-in's root and the directories below it")

    def read_json(self, name):
        """Reads one of the plug-in's JSON files, an object."""
        try:
            content = json.loads(self._find(name).read_text(encoding="utf-8-sig"))
        except ValueError as error:
            raise TaskError(f"Invalid algorithm: {name} is not JSON: {error}") from error
        if not isinstance(content, dict):
            raise TaskError(f"Invalid algorithm: {name} must hold an object")
        return content

    def plugin_class(self):
        """Finds the algorithm's class: a sub-class of IAlgorithm, one that algo.py defines before one it imports."""
        from aiverify_test_engine.interfaces.ialgorithm import IAlgorithm

        logging.getLogger(self.source.name).setLevel(logging.INFO)  # who runs it wants to see what it logs
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
        """Finds the class AlgoInit; None where there is no algo_init.py or no such class in it."""
        if not (self.source / "algo_init.py").is_file():
            return None
        try:
            module = importlib.import_module(f"{self.source.name}.algo_init")
        except Exception as error:  # nothing depends on it but the form of the result
            log.warning("algo_init.py cannot be imported, going on without it: %s", error)
            return None
        return getattr(module, "AlgoInit", None)


def load_inputs(request, meta, warn):
    """Loads data, model and ground truth, see inputs.py."""
    return sibling("inputs").load(request, meta, warn)


def plain_output(results, directory, given, warn):
    """Turns results into JSON types, and the names of images below `directory` into names relative to it.

    `given` are the paths of the run's data, whose images are no artifacts. Returns the results, and the names of the
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
            pass  # too long, or a null character: no file's name
    return None


def existing(names, directory, warn):
    """Keeps the names of existing files below a directory that the gateway takes, relative to the directory; warns of
    the others."""
    found = {str(name): _name_below(directory, str(name)) for name in names}
    kept = {name: file for name, file in found.items() if file is not None and LEGAL_NAME.fullmatch(file)}
    if len(kept) < len(found):
        sibling("outputs").warn_of_missing([name for name in found if name not in kept], warn)
    return list(dict.fromkeys(kept.values()))


def check_output(output, schema):
    """Checks an output against its schema. Raises TaskError that lists up to 20 violations, each with its place."""
    import jsonschema

    if not isinstance(output, dict):
        found = "None (nothing)" if output is None else f"of type {type(output).__name__}"
        raise TaskError(f"The algorithm's output must be an object, it is {found}")
    validator_class = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        validator_class.check_schema(schema)
    except jsonschema.SchemaError as error:
        raise TaskError(f"Invalid algorithm: output.schema.json is no JSON schema: {error.message}") from None
    violations = [in_words(error) for error in validator_class(schema).iter_errors(output)]
    if violations:
        more = len(violations) - MAX_VIOLATIONS
        shown = violations[:MAX_VIOLATIONS] + ([f"and {more} more"] if more > 0 else [])
        raise TaskError("The algorithm's output does not match its output.schema.json:\n" + "\n".join(shown))


def in_words(error):
    """Says where a violation is and what. A long value is not shown in part: half of a secret could not be masked any
    more."""
    place = sibling("outputs").path(error.absolute_path)
    long = len(error.message) > MAX_VIOLATION_LETTERS
    text = f"the value, too long to be shown, does not match {error.validator!r}" if long else error.message
    return f"{place}: {text}" if place else text


def algo_init_document(algorithm, engine, inputs, request, keywords, output, started, seconds):
    """Lets the plug-in's AlgoInit write the result, where its constructor takes what the original executor passes.

    Returns the document, or None where the plug-in has no AlgoInit of that form or it fails, which is logged.
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
        log.warning("AlgoInit wrote no result, going on without it")
    except Exception as error:
        log.warning("AlgoInit cannot write the result, going on without it: %s", error)
    return None


def _plugin_type():
    from aiverify_test_engine.plugins.enums.plugin_type import PluginType

    return PluginType


def _model_type(name):
    from aiverify_test_engine.plugins.enums.model_type import ModelType

    return ModelType[name.upper()]


def run_and_report(request, channel):
    """Runs one algorithm and sends an event for its failure. Returns the exit status for the process: 0 or 1."""
    try:
        run(request, channel)
        return 0
    except BaseException as error:  # the algorithm may raise SystemExit and KeyboardInterrupt as well
        text = sibling("failures").described(error, Path(request["work"], "algorithm"), request.get("offline"))
        channel.send("error", text=text[:MAX_ERROR_LETTERS])
        return 1


def leave(status):
    """Ends the process at once: an interpreter's orderly exit costs 0.2 s and may hang on an algorithm's threads."""
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
    """Imports a module that lies beside this file, under a name of its own: an algorithm may have one of the same."""
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
    gc.disable()  # nothing that is imported or loaded becomes garbage; to look for it takes a sixth of that time
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
    # The engine puts the classes of a model's pipeline into __main__, where they must not meet this file's names.
    if sys.path and Path(sys.path[0] or ".").resolve() == Path(__file__).resolve().parent:
        sys.path.pop(0)
    spec = importlib.util.spec_from_file_location("aiverify_worker_runner", __file__)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    module.main(sys.argv[1:])
