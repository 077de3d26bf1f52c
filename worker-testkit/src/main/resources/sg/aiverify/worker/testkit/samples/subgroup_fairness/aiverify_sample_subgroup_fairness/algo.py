"""Fairness: differences between a classifier's predictions for the groups of a sensitive feature."""

import numpy as np
import pandas as pd
from aiverify_test_engine.interfaces.ialgorithm import IAlgorithm
from aiverify_test_engine.plugins.enums.model_type import ModelType
from aiverify_test_engine.plugins.enums.plugin_type import PluginType
from aiverify_test_engine.plugins.metadata.plugin_metadata import PluginMetadata
from aiverify_test_engine.utils.simple_progress import SimpleProgress

MAX_GROUPS = 50


class Plugin(IAlgorithm):
    """Compares the rates of favourable and of correct predictions between groups."""

    _metadata = PluginMetadata("Subgroup fairness", __doc__, "1.0.0")

    @staticmethod
    def get_metadata():
        return Plugin._metadata

    @staticmethod
    def get_plugin_type():
        return PluginType.ALGORITHM

    def __init__(self, data, model, truth, initial_data=None, initial_model=None, **kwargs):
        """Keeps the inputs that the engine loaded.

        Args:
            data: (IData, serializer); a frame of n rows and the model's features.
            model: (IModel or IPipeline, serializer).
            truth: (IData, serializer); a frame of n rows that has the ground truth's column.
            initial_data: the data before a pipeline's transformation, so that groups keep their values; or None.
            initial_model: unused; the whole pipeline.
            **kwargs: the arguments of input.schema.json, with ground_truth (the column),
                model_type and progress_callback; group_labels is the path of a CSV file, or empty.

        Raises:
            RuntimeError: if the model is not a classifier, a column is missing, or the rows differ in number.
        """
        self._features = data[0].get_data()
        self._model = model[0]
        self._model_type = kwargs["model_type"]
        self._sensitive = kwargs["sensitive_feature"]
        self._favourable = kwargs.get("favourable_label")
        self._labels_path = kwargs.get("group_labels") or ""
        self._results = {}
        raw = initial_data.get_data() if initial_data is not None else self._features
        if self._sensitive not in raw.columns:
            raise RuntimeError(
                f"The test dataset has no column {self._sensitive!r}; it has {list(raw.columns)[:20]}"
            )
        self._values = raw[self._sensitive].to_numpy()
        frame = truth[0].get_data() if truth and truth[0] is not None else None
        column = kwargs.get("ground_truth")
        if frame is None or column not in frame.columns:
            raise RuntimeError(f"Subgroup fairness needs a ground truth dataset with the column {column!r}")
        self._truth = frame[column].to_numpy()
        if len(self._truth) != len(self._features):
            raise RuntimeError(
                f"The ground truth has {len(self._truth)} rows, the test dataset {len(self._features)}"
            )
        self._groups = pd.unique(self._values)
        self._progress = SimpleProgress(len(self._groups) + 1, 0, kwargs.get("progress_callback"))
        self.setup()

    def setup(self):
        """Refuses regressors and features with too many values."""
        if self._model_type is not ModelType.CLASSIFICATION:
            raise RuntimeError(f"Subgroup fairness needs a classifier, not {self._model_type}")
        if len(self._groups) > MAX_GROUPS:
            raise RuntimeError(
                f"{self._sensitive!r} has {len(self._groups)} values; at most {MAX_GROUPS} make sense as groups"
            )

    def get_progress(self):
        return self._progress.get_progress()

    def get_results(self):
        return self._results

    def generate(self):
        """Predicts once, measures every group, and keeps the results."""
        predicted = np.asarray(self._model.predict(self._features)).ravel()
        favourable = self._favourable_class(predicted)
        names = read_group_names(self._labels_path) if self._labels_path else {}
        self._progress.update(1)
        groups = []
        for value in sorted(self._groups, key=str):
            inside = self._values == value
            rates = group_rates(self._truth[inside] == favourable, predicted[inside] == favourable)
            rates["accuracy"] = float((self._truth[inside] == predicted[inside]).mean())
            plain = _plain(value)
            groups.append({"group": names.get(plain, plain), "samples": int(inside.sum()), **rates})
            self._progress.update(1)
        self._results = {
            "sensitive_feature": self._sensitive,
            "favourable_label": str(favourable),
            "groups": groups,
            "gaps": {
                "demographic_parity": gap(groups, "selection_rate"),
                "equal_opportunity": gap(groups, "true_positive_rate"),
                "predictive_equality": gap(groups, "false_positive_rate"),
                "accuracy": gap(groups, "accuracy"),
            },
        }

    def _favourable_class(self, predicted):
        """Returns the class with the favourable label, or the last class if no label is set.

        Raises:
            RuntimeError: if no class has that label.
        """
        classes = np.unique(np.concatenate([self._truth, predicted]))
        if self._favourable is None:
            return classes[-1]
        for candidate in classes:
            if _plain(candidate) == self._favourable:
                return candidate
        raise RuntimeError(f"No class is {self._favourable!r}; there are {[_plain(c) for c in classes]}")


def group_rates(truly, predicted):
    """Computes the rates of one group.

    Args:
        truly: array (k,) of bool, whether the favourable class is true.
        predicted: array (k,) of bool, whether it is predicted.

    Returns:
        dict of selection, true positive and false positive rate, 0 to 1; None for a rate without samples.
    """
    return {
        "selection_rate": float(predicted.mean()),
        "true_positive_rate": float(predicted[truly].mean()) if truly.any() else None,
        "false_positive_rate": float(predicted[~truly].mean()) if (~truly).any() else None,
    }


def gap(groups, rate):
    """Returns the largest difference of a rate between two groups, 0 to 1; None if fewer than two have a rate."""
    values = [group[rate] for group in groups if group[rate] is not None]
    return max(values) - min(values) if len(values) > 1 else None


def read_group_names(path):
    """Reads the names of groups.

    Args:
        path: a CSV file with the columns value and label.

    Returns:
        dict from value, as text, to label.

    Raises:
        RuntimeError: if a column is missing.
    """
    table = pd.read_csv(path, dtype=str)
    if not {"value", "label"} <= set(table.columns):
        raise RuntimeError(f"The dataset of group labels needs the columns value and label, it has {list(table.columns)}")
    return dict(zip(table["value"], table["label"]))


def _plain(value):
    """Returns a value as text, without the .0 of whole numbers, so that 1 and 1.0 are the same group."""
    number = isinstance(value, (float, np.floating))
    return str(int(value)) if number and float(value).is_integer() else str(value)
