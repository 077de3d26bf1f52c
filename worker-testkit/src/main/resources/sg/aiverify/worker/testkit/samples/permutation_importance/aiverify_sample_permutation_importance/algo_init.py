"""Writes the result for executors that do not write it themselves."""

import json
from datetime import datetime, timezone
from pathlib import Path

META = json.loads((Path(__file__).parent / "algo.meta.json").read_text(encoding="utf-8"))
SCHEMA = json.loads((Path(__file__).parent / "input.schema.json").read_text(encoding="utf-8"))


class AlgoInit:
    """Writes a result with the test's arguments; the executor sets _start_time and _time_taken, in seconds."""

    def __init__(self, run_as_pipeline, core_modules_path, data_path, model_path, ground_truth_path, **kwargs):
        """Keeps the paths of the inputs, and the keyword arguments that the input schema contains."""
        self._start_time = 0.0
        self._time_taken = 0.0
        self._test_arguments = {
            "testDataset": Path(data_path).absolute().as_uri(),
            "modelFile": Path(model_path).absolute().as_uri(),
            "groundTruthDataset": Path(ground_truth_path).absolute().as_uri(),
            "groundTruth": kwargs.get("ground_truth") or "",
            "mode": "upload",
            "modelType": kwargs["model_type"].name.lower(),
            "algorithmArgs": {name: kwargs[name] for name in SCHEMA["properties"] if name in kwargs},
        }

    def _generate_output_file(self, results, output_path):
        """Writes a result document that lists the chart as an artifact.

        Args:
            results: the value of the algorithm's get_results(), plain JSON values.
            output_path: the file to write; the chart is in the same directory.
        """
        document = {
            "gid": META["gid"],
            "cid": META["cid"],
            "version": META["version"],
            "startTime": datetime.fromtimestamp(self._start_time, timezone.utc).isoformat(),
            "timeTaken": round(self._time_taken, 4),
            "testArguments": self._test_arguments,
            "output": results,
            "artifacts": [results["chart"]],
        }
        Path(output_path).write_text(json.dumps(document), encoding="utf-8")
