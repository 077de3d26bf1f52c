"""Importance of features: the decrease of a model's score when one feature is shuffled."""

from pathlib import Path

import numpy as np
from aiverify_test_engine.interfaces.ialgorithm import IAlgorithm
from aiverify_test_engine.plugins.enums.model_type import ModelType
from aiverify_test_engine.plugins.enums.plugin_type import PluginType
from aiverify_test_engine.plugins.metadata.plugin_metadata import PluginMetadata
from aiverify_test_engine.utils.simple_progress import SimpleProgress
from PIL import Image, ImageDraw
from sklearn.metrics import accuracy_score, r2_score

CHART = "permutation_importance.png"


class Plugin(IAlgorithm):
    """Shuffles each feature several times and compares the score with the score on the original data."""

    _metadata = PluginMetadata("Permutation importance", __doc__, "1.0.0")

    @staticmethod
    def get_metadata():
        return Plugin._metadata

    @staticmethod
    def get_plugin_type():
        return PluginType.ALGORITHM

    def __init__(self, data, model, truth, initial_data=None, initial_model=None, **kwargs):
        """Keeps the inputs that the engine loaded.

        Args:
            data: (IData, serializer); a frame of n rows and m features.
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
        self._classifies = kwargs["model_type"] is ModelType.CLASSIFICATION
        self._repeats = int(kwargs.get("repeats", 5))
        self._random = np.random.default_rng(int(kwargs.get("seed", 0)))
        self._bars = int(kwargs.get("chart_features", 10))
        self._progress = SimpleProgress(self._features.shape[1], 0, kwargs.get("progress_callback"))
        self._results = {}
        frame = truth[0].get_data() if truth and truth[0] is not None else None
        column = kwargs.get("ground_truth")
        if frame is None or column not in frame.columns:
            raise RuntimeError(f"Permutation importance needs a ground truth dataset with the column {column!r}")
        self._truth = frame[column].to_numpy()
        if len(self._truth) != len(self._features):
            raise RuntimeError(
                f"The ground truth has {len(self._truth)} rows, the test dataset {len(self._features)}"
            )
        self.setup()

    def setup(self):
        """Refuses an empty dataset."""
        if self._features.empty:
            raise RuntimeError("The test dataset is empty")

    def get_progress(self):
        return self._progress.get_progress()

    def get_results(self):
        return self._results

    def generate(self):
        """Measures every feature, with one step of progress for each, draws the chart and keeps the results."""
        baseline = self._score(self._features)
        features = []
        for name in self._features.columns:
            drops = np.array([baseline - self._score(self._shuffled(name)) for _ in range(self._repeats)])
            features.append({"name": str(name), "importance": float(drops.mean()), "deviation": float(drops.std())})
            self._progress.update(1)
        features.sort(key=lambda feature: -feature["importance"])
        output = Path.cwd() / "output"
        output.mkdir(parents=True, exist_ok=True)
        draw_bars(features[: self._bars]).save(output / CHART)
        self._results = {
            "score": "accuracy" if self._classifies else "r2",
            "baseline": baseline,
            "features": features,
            "chart": CHART,
        }

    def _shuffled(self, name):
        """Copies the frame with one column in random order; shape (n, m) and types do not change."""
        copy = self._features.copy()
        copy[name] = self._random.permutation(copy[name].to_numpy())
        return copy

    def _score(self, features):
        """Returns the score of predictions for a frame (n, m): accuracy, 0 to 1, or R², at most 1."""
        predicted = np.asarray(self._model.predict(features)).ravel()
        score = accuracy_score if self._classifies else r2_score
        return float(score(self._truth, predicted))


def draw_bars(features):
    """Draws one horizontal bar for each feature.

    Args:
        features: list of dicts with name, importance (any sign) and deviation.

    Returns:
        an RGB image, 640 pixels wide and 28 high for each bar.
    """
    row, left, width = 28, 220, 640
    image = Image.new("RGB", (width, row * len(features) + 16), "white")
    draw = ImageDraw.Draw(image)
    longest = max(max(abs(feature["importance"]) for feature in features), 1e-12)
    for number, feature in enumerate(features):
        top = 8 + number * row
        length = abs(feature["importance"]) / longest * (width - left - 80)
        colour = "#1f6f8b" if feature["importance"] >= 0 else "#b5483a"
        label = feature["name"].encode("ascii", "replace").decode()[:32]
        draw.text((8, top + 6), label, fill="black")
        draw.rectangle((left, top + 4, left + length, top + row - 6), fill=colour)
        draw.text((left + length + 6, top + 6), f"{feature['importance']:.4f}", fill="black")
    return image
