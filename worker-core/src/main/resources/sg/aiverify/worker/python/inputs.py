"""Loads data, model and ground truth for an algorithm, and adapts them to each other.

The engine ignores some problems without an error: data that are not a table, more files in a folder than it reads, and the
reason why it cannot load a file. So this module checks the result of each such step.
"""

import contextlib
import copy
import glob
import json
import os
import pickle
import pickletools
import sys
import warnings
from pathlib import Path

runner = sys.modules["aiverify_worker_runner"]
reasons = runner.sibling("reasons")

IMAGES = (".png", ".jpg", ".jpeg")  # names that the engine reads as images
MODELS = (".sav", ".pkl", ".pickle", ".joblib", ".pt", ".pth", ".h5", ".keras", ".json", ".ubj", ".txt", ".model", ".bin")
UNTRANSFORMED_CID = "veritastool"  # an algorithm that transforms the data with the pipeline itself
TRANSFORMED_CIDS = ("aiverify_shap_toolbox",)  # algorithms that compare the data with data that they transform themselves


class Inputs:
    """The arguments for an algorithm's constructor. `data`, `model` and `ground_truth` are pairs of an instance and its
    serializer. `initial_data` and `initial_model` are copies that were made before the transformation, or None."""

    def __init__(self, data, model, ground_truth, initial_data=None, initial_model=None):
        self.data = data
        self.model = model
        self.ground_truth = ground_truth
        self.initial_data = initial_data
        self.initial_model = initial_model

    @property
    def as_pipeline(self):
        return self.initial_model is not None


def load(request, meta, warn):
    """Loads the inputs of a request. A pipeline is loaded with the engine's plug-ins for pipelines. `warn` receives warnings.

    Raises TaskError with the reason if an input cannot be loaded, or if inputs do not match.
    """
    loading = Loading(Path(request["work"]), warn)
    data = loading.table("dataset", request["data"])
    model = loading.model(request["model"])
    ground_truth, column = (None, None), request["ground_truth"]
    if request["ground_truth_data"] is not None:
        ground_truth = loading.table("ground truth dataset", request["ground_truth_data"])
        if is_table(ground_truth):
            name_column(ground_truth[0], column)
            compare_rows(data, ground_truth)
    else:
        column = None
    if not hasattr(model[0], "get_pipeline"):
        set_table(data[0], without(data[0].get_data(), column))
        return Inputs(data, model, ground_truth)
    initial = copy.deepcopy(data[0]), copy.deepcopy(model[0])
    set_table(data[0], without(data[0].get_data(), column))
    if is_sklearn(model[0]) and meta.get("cid") != UNTRANSFORMED_CID:
        transform(data[0], model[0], initial, column, meta.get("cid"), warn)
    return Inputs(data, model, ground_truth, *initial)


def is_table(loaded):
    """Returns whether loaded data are a table and not a list of images."""
    from aiverify_test_engine.plugins.enums.serializer_plugin_type import SerializerPluginType

    instance, serializer = loaded
    return instance.get_data() is not None and serializer.get_serializer_plugin_type() != SerializerPluginType.IMAGE


def is_sklearn(model):
    from aiverify_test_engine.plugins.enums.pipeline_plugin_type import PipelinePluginType

    return model.get_pipeline_plugin_type() == PipelinePluginType.SKLEARN


def set_table(instance, frame):
    """Replaces the data of an instance. Raises TaskError if the instance does not accept them."""
    instance.set_data(frame)
    if instance.get_data() is not frame:
        raise runner.TaskError("The dataset has only the ground truth column: the model needs other columns to predict from")


def label(frame, name):
    """Returns the label of the column with a given name. A label that is not a text is compared as text. Returns None if there
    is no such column."""
    if name is None:
        return None
    for column in frame.columns:
        if isinstance(column, str) and column == name:
            return column
    same = [column for column in frame.columns if str(column) == name]
    return same[0] if len(same) == 1 else None


def without(frame, name):
    """Returns a table without a column; the table itself if it has no such column."""
    found = None if frame is None else label(frame, name)
    return frame if found is None else frame.drop(columns=[found])


def name_column(instance, name):
    """Ensures that the ground truth has its column, and that the column's label is the name that the algorithm receives."""
    frame = instance.get_data()
    found = label(frame, name)
    if found is None:
        close = [column for column in frame.columns if str(column).strip().lower() == str(name).strip().lower()]
        hint = f" Did you mean {reasons.quoted(close[0])}?" if close else ""
        raise runner.TaskError(
            f"The ground truth dataset has no column {reasons.quoted(name)}; its columns are:"
            f" {reasons.listed(frame.columns)}.{hint}"
        )
    if sum(str(column) == name for column in frame.columns) > 1 or frame.columns.nlevels > 1:
        raise runner.TaskError(f"The ground truth dataset must have exactly one column {reasons.quoted(name)}, but has several")
    if not isinstance(found, str):
        instance.set_data(frame.rename(columns={found: name}))


def compare_rows(data, ground_truth):
    """Raises TaskError if the numbers of rows differ."""
    if not is_table(data):
        return
    rows, truths = len(data[0].get_data()), len(ground_truth[0].get_data())
    if rows != truths:
        raise runner.TaskError(
            f"The dataset has {rows} rows and the ground truth dataset has {truths}: "
            "both must have one row for each case, in the same order"
        )


def transform(data, model, initial, column, cid, warn):
    """Applies all steps of a scikit-learn pipeline except the last one to the data. The last step becomes the model.

    So the algorithm receives the transformed table and the last step. If the transformation fails, the algorithm receives
    the original data and the whole pipeline. In both cases, predictions are those of the whole pipeline. `initial` are
    copies of the data, with the ground truth's column, and of the model. They are needed since a step that fails may have
    changed the data or the model.
    """
    whole, pipeline = initial[0].get_data(), model.get_pipeline()
    has_truth = label(whole, column) is not None
    needs_truth = has_truth and column in fitted_on(pipeline)
    if len(pipeline) == 1:
        if needs_truth:
            data.set_data(whole.copy(deep=True))
        return
    transformed, problem = attempt(pipeline, whole.copy(deep=True) if needs_truth else data.get_data(), warn)
    if has_truth and not needs_truth:
        other = copy.deepcopy(initial[1].get_pipeline())
        with_truth, refusal = attempt(other, whole.copy(deep=True), lambda ignored: None)
        if problem is not None and refusal is None:  # the pipeline was fitted with arrays that include the column
            needs_truth, pipeline, transformed, problem = True, other, with_truth, None
        elif problem is None and refusal is not None and cid not in TRANSFORMED_CIDS:
            # Like the engine, keeps the data if they cannot be transformed together with the column. Groups and axes of
            # results are then in the units of the uploaded data.
            transformed = None
    if problem is not None:
        warn(f"The pipeline cannot transform the data, so they stay unchanged: {reasons.in_short(problem)}")
    if needs_truth and is_frame(transformed) and column not in fitted_on(pipeline[-1]):
        transformed = without(transformed, column)
    fits = is_frame(transformed) and len(transformed) == len(whole)
    if fits and set_pair(data, model, transformed, pipeline[-1]):
        return
    data.set_data((whole if needs_truth else without(whole, column)).copy(deep=True))
    model.set_pipeline(copy.deepcopy(initial[1].get_pipeline()))


def attempt(pipeline, frame, warn):
    """Applies all steps except the last one. Returns their output, or None, and the exception if they fail."""
    try:
        with warned(warn, "transformation of the data by the pipeline"):
            return pipeline[:-1].transform(frame), None
    except Exception as error:  # the steps are untrusted code
        return None, error


def is_frame(value):
    import pandas

    return isinstance(value, pandas.DataFrame) and not value.empty


def fitted_on(step):
    """Lists the columns with which a step of scikit-learn was fitted. Empty if the step was fitted with an array."""
    names = getattr(step, "feature_names_in_", None)
    return () if names is None else list(names)


def set_pair(data, model, frame, step):
    """Replaces the content of data and model. Returns whether both accept the new content."""
    data.set_data(frame)
    model.set_pipeline(step)
    return data.get_data() is frame and model.get_pipeline() is step


class Loading:
    """Loads inputs with the engine's plug-ins, and records exceptions that the plug-ins do not report."""

    def __init__(self, work, warn):
        self._work = work
        self._warn = warn

    def table(self, what, path):
        """Loads data. Returns an instance and its serializer; raises TaskError if they cannot be loaded."""
        path = plain_folder(path, self._work / f"input-{what.split()[0]}")
        file = only_file(what, path) if os.path.isdir(path) else path
        with Notes() as notes, warned(self._warn, what):
            loaded = get(_types().DATA, what, path, notes, "filename")
        check_text(what, path, file, loaded, notes)
        return loaded

    def model(self, path):
        """Loads a model, as a pipeline if it is one."""
        path = plain_folder(path, self._work / "input-model")
        chosen = contextlib.nullcontext()
        if os.path.isdir(path):
            sys.path.extend(sorted({path, *(str(file.parent) for file in Path(path).rglob("*.py"))}))
            chosen = taking(one_model(path))
        with chosen, Notes(keeps=True) as notes, warned(self._warn, "model"):
            try:
                return get(_types().PIPELINE, "model", path, notes, "pipeline_path")
            except runner.TaskError as no_pipeline:
                if os.path.isdir(path):
                    raise
                try:
                    return get(_types().MODEL, "model", path, notes, "filename")
                except runner.TaskError as no_model:
                    same = notes.failed or str(no_model) == str(no_pipeline)
                    more = "" if same else f" It is not a pipeline either: {no_pipeline}"
                    raise runner.TaskError(f"{no_model}{more}") from None


def get(plugin_type, what, path, notes, argument):
    """Requests an instance from the engine. If the engine fails, raises TaskError with the actual reason."""
    from aiverify_test_engine.plugins.plugins_manager import PluginManager

    name = Path(path).name
    try:
        instance, serializer, problem = PluginManager.get_instance(plugin_type, **{argument: path})
    except Exception as error:
        instance, problem = None, error
    if instance is None:
        runner.log.debug("The engine's message: %s", problem)
        reason = notes.reason(path, what) or reasons.unknown(path, what)
        reason = reason.replace(path, name)  # the worker's paths do not help the reader
        raise runner.TaskError(f"The {what} {name} cannot be loaded: {reason}")
    return instance, serializer


def check_text(what, path, file, loaded, notes):
    """Raises TaskError if a text was read as a table but is not a table, or if its rows have more values than its header has
    names. For such rows, pandas would use the first value as the row's name, and shift all columns."""
    import pandas
    from aiverify_test_engine.plugins.enums.serializer_plugin_type import SerializerPluginType

    instance, serializer = loaded
    if serializer.get_serializer_plugin_type() != SerializerPluginType.DELIMITER:
        return
    if file is not None:
        problem = notes.reason_of_no_text(file, path, what)
        if problem:
            raise runner.TaskError(f"The {what} {Path(path).name} cannot be loaded: {problem}")
    if not isinstance(instance.get_data().index, pandas.RangeIndex):
        raise runner.TaskError(
            f"The {what} {Path(path).name} cannot be read: its rows have more values than its header has names"
            f" ({reasons.listed(instance.get_data().columns)}). Is there a comma at the end of each row, or a decimal"
            " comma?"
        )


def read_pickle(path):
    """Reads a pickle. Raises UnpicklingError if data follow the pickle: in a joblib file, an array can look like its end."""
    with open(path, "rb") as file:
        content = pickle.load(file)
        if file.read(1):
            raise pickle.UnpicklingError("data follow the end of the pickle")
    return content


class Notes:
    """Records the results of the engine's serializers while this object is open. The engine tries one serializer after the
    other and ignores their exceptions. With `keeps`, a serializer does not read the same file again."""

    def __init__(self, keeps=False):
        self._keeps = keeps
        self._problems = {}
        self._read = {}
        self._originals = []

    def __enter__(self):
        from aiverify_test_engine.plugins.plugins_manager import PluginManager

        for name, module in PluginManager._get_plugins_by_type(_types().SERIALIZER).items():
            self._originals.append((module.Plugin, module.Plugin.deserialize_data))
            read = read_pickle if name == "pickleserializer" else module.Plugin.deserialize_data
            module.Plugin.deserialize_data = staticmethod(self._noting(name, read))
        return self

    def __exit__(self, *ignored):
        for plugin, original in self._originals:
            plugin.deserialize_data = staticmethod(original)

    def _noting(self, name, deserialize):
        def read(path):
            if (name, path) in self._read and self._keeps:
                return self._read[name, path]
            try:
                content = deserialize(path)
            except Exception as error:
                self._problems.setdefault(str(path), {})[name] = error.with_traceback(None)
                raise
            self._read[name, path] = content
            return content

        return read

    @property
    def failed(self):
        """Returns whether nothing could be read."""
        return not self._read

    def reason(self, path, what):
        """Explains why an input could not be loaded. Returns None if the reason is not known."""
        contents = [content for content in self._read.values() if content is not None]
        for text in (content for content in contents if hasattr(content, "get_delimiter_char")):
            file = path if os.path.isfile(path) else str(text.get_data_path())  # this may be a copy that no longer exists
            problem = self.reason_of_no_text(file, path, what)
            if problem or what == "model":
                is_table = reasons.separates(text.get_delimiter_char(), reasons.head_of(file))
                return problem or reasons.no_model("a table" if is_table else "a text")
        if contents:
            return reasons.why_unfit(contents[-1], what)
        if not self._problems:
            return None
        file, problems = list(self._problems.items())[-1]
        return reasons.why_unreadable(file, problems, path, what)

    def reason_of_no_text(self, file, path, what):
        """Explains why a file that can be read as text is not a table. Returns None if it may be a table."""
        kind = reasons.kind_of_file(file, what)
        if kind is None and reasons.is_saved(file) and file in self._problems:
            return reasons.why_not_restored(self._problems[file], file, path, what)
        return kind


@contextlib.contextmanager
def warned(warn, source):
    """Forwards warnings of the code in this context to the tester, unless the code fails."""
    with warnings.catch_warnings(record=True) as raised:
        warnings.filterwarnings("always", category=UserWarning)
        yield
    for text in dict.fromkeys(explained(warning, source) for warning in raised):
        if text:
            warn(text)


def explained(warning, source):
    """Explains a warning. Returns None for a warning that concerns only programmers."""
    category = warning.category
    if category.__name__ == "InconsistentVersionWarning":
        raised = warning.message
        return (
            f"The {source} was saved with scikit-learn {raised.original_sklearn_version}, but is loaded with"
            f" {raised.current_sklearn_version}: its predictions may be wrong"
        )
    if issubclass(category, UserWarning):
        return f"Warning about the {source}: {reasons.in_short(warning.message)}"
    warnings.showwarning(warning.message, category, warning.filename, warning.lineno)
    return None


def plain_folder(path, link):
    """Returns a path to a folder. If the engine would treat the given path as a pattern, returns a link to the folder."""
    if os.path.isdir(path) and glob.has_magic(path):
        os.symlink(path, link)
        return str(link)
    return path


def only_file(what, path):
    """Returns the only file of a folder. Returns None if all of its several files are images, or if it has no file. Raises
    TaskError for a folder from which the engine would read an arbitrary file."""
    files = sorted(file for file in glob.glob(f"{path}/**/*", recursive=True) if os.path.isfile(file))
    if len(files) > 1 and not all(file.endswith(IMAGES) for file in files):
        names = reasons.listed(os.path.relpath(file, path) for file in files)
        raise runner.TaskError(
            f"The {what} {Path(path).name} is a folder of {len(files)} files that are not all images ({names}):"
            " only one can be read; upload that file alone"
        )
    return files[0] if len(files) == 1 else None


def one_model(path):
    """Returns the file of a pipeline's folder that can be the model. Returns None if the folder has no such file. Raises
    TaskError if it is not clear which file is the model."""
    entries = [Path(entry) for entry in sorted(glob.glob(f"{path}/**/*", recursive=True))]
    others = [entry for entry in entries if entry.is_file() and "__" not in entry.name and "py" not in entry.suffix]
    if len(others) <= 1:
        return others[0] if others else None
    models = [entry for entry in others if entry.suffix.lower() in MODELS]
    models = [entry for entry in models if entry.suffix.lower() != ".txt"] or models
    if len(models) != 1:
        names = reasons.listed(entry.relative_to(path) for entry in (models or others))
        raise runner.TaskError(
            f"The model {Path(path).name} is a folder in which {len(models) or 'none'} of the files can be the"
            f" pipeline ({names}): leave only one file besides the .py files"
        )
    return models[0]


@contextlib.contextmanager
def taking(file):
    """Makes the engine use one file as the pipeline. The engine itself uses the first file in the disk's order."""
    from aiverify_test_engine.plugins import pipeline_manager

    original = pipeline_manager.get_non_python_files
    pipeline_manager.get_non_python_files = lambda folder: {} if file is None else {file.name: str(file)}
    try:
        yield
    finally:
        pipeline_manager.get_non_python_files = original


def _types():
    from aiverify_test_engine.plugins.enums.plugin_type import PluginType

    return PluginType
