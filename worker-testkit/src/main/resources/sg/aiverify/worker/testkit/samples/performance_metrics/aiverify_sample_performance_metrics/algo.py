"""Quality of a model's predictions, measured against the ground truth."""

import numpy as np
from aiverify_test_engine.interfaces.ialgorithm import IAlgorithm
from aiverify_test_engine.plugins.enums.model_type import ModelType
from aiverify_test_engine.plugins.enums.plugin_type import PluginType
from aiverify_test_engine.plugins.metadata.plugin_metadata import PluginMetadata
from aiverify_test_engine.utils.simple_progress import SimpleProgress
from sklearn import metrics


class Plugin(IAlgorithm):
    """Compares the predictions of a classifier or regressor with the ground truth."""

    _metadata = PluginMetadata("Performance metrics", __doc__, "1.0.0")

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
            initial_data: unused; the data before a pipeline's transformation.
            initial_model: unused; the whole pipeline.
            **kwargs: the arguments of input.schema.json, with ground_truth (the column),
                model_type and progress_callback.

        Raises:
            RuntimeError: if there is no ground truth, its column is missing, or the rows differ in number.
        """
        self._features = data[0].get_data()
        self._model = model[0]
        self._task = kwargs["model_type"]
        self._average = kwargs.get("average", "macro")
        self._bins = int(kwargs.get("calibration_bins", 10))
        self._progress = SimpleProgress(3, 0, kwargs.get("progress_callback"))
        self._results = {}
        self._truth = _column(truth, kwargs.get("ground_truth"))
        if len(self._truth) != len(self._features):
            raise RuntimeError(
                f"The ground truth has {len(self._truth)} rows, the test dataset {len(self._features)}"
            )
        self.setup()

    def setup(self):
        """Refuses model types for which there are no metrics."""
        if self._task not in (ModelType.CLASSIFICATION, ModelType.REGRESSION):
            raise RuntimeError(f"Performance metrics need a classifier or a regressor, not {self._task}")

    def get_progress(self):
        return self._progress.get_progress()

    def get_results(self):
        return self._results

    def generate(self):
        """Predicts, computes the metrics, and keeps the results."""
        predicted = np.asarray(self._model.predict(self._features)).ravel()
        self._progress.update(1)
        results = {"task": self._task.name.lower(), "samples": len(self._truth)}
        if self._task is ModelType.CLASSIFICATION:
            results["metrics"] = self._of_classes(predicted)
            self._progress.update(1)
            results["metrics"].update(self._of_probabilities())
            labels = np.unique(np.concatenate([self._truth, predicted]))
            counts = metrics.confusion_matrix(self._truth, predicted, labels=labels)
            results["confusion_matrix"] = {"labels": [str(label) for label in labels], "counts": counts.tolist()}
        else:
            results["metrics"] = self._of_values(predicted)
            self._progress.update(1)
        self._results = results
        self._progress.update(1)

    def _of_classes(self, predicted):
        """Computes metrics of predicted classes.

        Args:
            predicted: array (n,) of class labels.

        Returns:
            dict of float; all between 0 and 1.
        """
        precision, recall, f1, _ = metrics.precision_recall_fscore_support(
            self._truth, predicted, average=self._average, zero_division=0
        )
        return {
            "accuracy": float(metrics.accuracy_score(self._truth, predicted)),
            "balanced_accuracy": float(metrics.balanced_accuracy_score(self._truth, predicted)),
            "precision": float(precision),
            "recall": float(recall),
            "f1": float(f1),
        }

    def _of_probabilities(self):
        """Computes metrics of class probabilities if the model predicts them and knows all classes of the ground truth.

        Returns:
            dict of float: log_loss in nats, roc_auc and calibration_error between 0 and 1; may be empty.
        """
        classes = _classes(self._model)
        if classes is None or not np.isin(self._truth, classes).all() or len(np.unique(self._truth)) != len(classes):
            return {}
        try:
            probabilities = np.asarray(self._model.predict_proba(self._features))
        except (AttributeError, NotImplementedError):
            return {}
        score = probabilities[:, 1] if len(classes) == 2 else probabilities
        confidence = probabilities.max(axis=1)
        hit = classes[probabilities.argmax(axis=1)] == self._truth
        return {
            "log_loss": float(metrics.log_loss(self._truth, probabilities, labels=classes)),
            "roc_auc": float(metrics.roc_auc_score(self._truth, score, multi_class="ovr", labels=classes)),
            "calibration_error": calibration_error(confidence, hit, self._bins),
        }

    def _of_values(self, predicted):
        """Computes metrics of predicted values.

        Args:
            predicted: array (n,) in the unit of the ground truth.

        Returns:
            dict of float; the errors in the unit of the ground truth, r2 without a unit.
        """
        return {
            "r2": float(metrics.r2_score(self._truth, predicted)),
            "mean_absolute_error": float(metrics.mean_absolute_error(self._truth, predicted)),
            "median_absolute_error": float(metrics.median_absolute_error(self._truth, predicted)),
            "root_mean_squared_error": float(np.sqrt(metrics.mean_squared_error(self._truth, predicted))),
            "max_error": float(metrics.max_error(self._truth, predicted)),
        }


def calibration_error(confidence, hit, bins):
    """Returns the average gap between confidence and accuracy over bins of equal width, weighted by their samples.

    Args:
        confidence: array (n,) of the predicted class's probability, 0 to 1.
        hit: array (n,) of bool, whether the prediction is correct.
        bins: number of bins.

    Returns:
        float between 0 (perfectly calibrated) and 1.
    """
    index = np.minimum((confidence * bins).astype(int), bins - 1)
    error = 0.0
    for number in np.unique(index):
        inside = index == number
        error += inside.mean() * abs(hit[inside].mean() - confidence[inside].mean())
    return float(error)


def _classes(model):
    """Returns a model's class labels as an array (k,) in the order of its probabilities, or None."""
    inner = model.get_pipeline() if hasattr(model, "get_pipeline") else model.get_model()
    classes = getattr(inner, "classes_", None)
    return None if classes is None else np.asarray(classes)


def _column(truth, name):
    """Returns the ground truth's column as an array (n,).

    Raises:
        RuntimeError: if there is no ground truth, or it has no such column.
    """
    frame = truth[0].get_data() if truth and truth[0] is not None else None
    if frame is None:
        raise RuntimeError("Performance metrics need a ground truth dataset")
    if name not in frame.columns:
        raise RuntimeError(f"The ground truth dataset has no column {name!r}; it has {list(frame.columns)[:20]}")
    return frame[name].to_numpy()
