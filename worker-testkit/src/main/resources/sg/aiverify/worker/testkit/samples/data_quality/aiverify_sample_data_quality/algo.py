"""Missing values, duplicates, outliers and redundant columns of a dataset."""

import numpy as np
import pandas as pd
from aiverify_test_engine.interfaces.ialgorithm import IAlgorithm
from aiverify_test_engine.plugins.enums.plugin_type import PluginType
from aiverify_test_engine.plugins.metadata.plugin_metadata import PluginMetadata
from aiverify_test_engine.utils.simple_progress import SimpleProgress


class Plugin(IAlgorithm):
    """Checks only the test dataset; model and ground truth are not used."""

    _metadata = PluginMetadata("Data quality", __doc__, "1.0.0")

    @staticmethod
    def get_metadata():
        return Plugin._metadata

    @staticmethod
    def get_plugin_type():
        return PluginType.ALGORITHM

    def __init__(self, data, model, truth=None, initial_data=None, initial_model=None, **kwargs):
        """Keeps the inputs that the engine loaded.

        Args:
            data: (IData, serializer); a frame of n rows and m columns of any types.
            model: unused.
            truth: unused; may be None or (None, None).
            initial_data: the data before a pipeline's transformation, checked instead of data; or None.
            initial_model: unused.
            **kwargs: the arguments of input.schema.json, with progress_callback.

        Raises:
            RuntimeError: if the dataset is not a table or has no rows.
        """
        self._frame = (initial_data if initial_data is not None else data[0]).get_data()
        self._factor = float(kwargs.get("outlier_factor", 1.5))
        self._threshold = float(kwargs.get("correlation_threshold", 0.95))
        self._callback = kwargs.get("progress_callback")
        self._results = {}
        self.setup()

    def setup(self):
        """Refuses a dataset that is not a table."""
        if not isinstance(self._frame, pd.DataFrame) or self._frame.empty:
            raise RuntimeError("Data quality needs a table with at least one row")
        self._progress = SimpleProgress(self._frame.shape[1] + 1, 0, self._callback)

    def get_progress(self):
        return self._progress.get_progress()

    def get_results(self):
        return self._results

    def generate(self):
        """Checks every column, then every pair of numeric columns, and keeps the results."""
        columns = []
        for name in self._frame.columns:
            columns.append(describe(self._frame[name], self._factor))
            self._progress.update(1)
        self._results = {
            "rows": len(self._frame),
            "duplicate_rows": int(self._frame.duplicated().sum()),
            "columns": columns,
            "redundant_pairs": redundant_pairs(self._frame, self._threshold),
        }
        self._progress.update(1)


def describe(column, factor):
    """Counts the missing values, distinct values and outliers of a column.

    Args:
        column: Series (n,) of any type.
        factor: distance of outliers from the quartiles, in interquartile ranges.

    Returns:
        dict with name, type and counts; a column that is not numeric has None for outliers.
    """
    outliers = None
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        values = column.dropna().to_numpy(dtype=float)
        outliers = 0
        if len(values):
            low, high = np.quantile(values, [0.25, 0.75])
            reach = factor * (high - low)
            outliers = int(((values < low - reach) | (values > high + reach)).sum())
    return {
        "name": str(column.name),
        "type": str(column.dtype),
        "missing": int(column.isna().sum()),
        "distinct": int(column.nunique()),
        "outliers": outliers,
    }


def redundant_pairs(frame, threshold):
    """Finds pairs of numeric columns with nearly the same content.

    Args:
        frame: DataFrame (n, m).
        threshold: minimum absolute Pearson correlation of a listed pair, 0 to 1.

    Returns:
        list of dicts with first, second and correlation (-1 to 1), the strongest first.
    """
    numeric = frame.select_dtypes("number")
    table = numeric.corr().to_numpy()
    pairs = []
    for row in range(len(table)):
        for column in range(row + 1, len(table)):
            value = table[row, column]
            if not np.isnan(value) and abs(value) >= threshold:
                pairs.append(
                    {
                        "first": str(numeric.columns[row]),
                        "second": str(numeric.columns[column]),
                        "correlation": float(np.clip(value, -1, 1)),
                    }
                )
    return sorted(pairs, key=lambda pair: -abs(pair["correlation"]))
