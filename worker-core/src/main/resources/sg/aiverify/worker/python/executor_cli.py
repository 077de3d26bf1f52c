"""The command line of the original executor: runs one algorithm by hand and writes a zip with its result.

    python runner.py --algo_path DIR --data_path FILE --model_path FILE --model_type TYPE --algorithm_args JSON
        [--ground_truth_path FILE --ground_truth COLUMN] [--test_run_id ID] [--output_zip FILE]
        [--apigw_url URL [--upload_output_to_apigw]] [-v]

`--algorithm_args @FILE` reads the arguments from a file. Exit status: 0 for success; 1 if the algorithm failed; 2 for a
wrong command line; 255 for a wrong input or output, or for any failure with --upload_output_to_apigw. With this option,
failures of the test run --test_run_id are also reported to the gateway.
"""

import argparse
import json
import logging
import os
import shutil
import sys
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path

runner = sys.modules["aiverify_worker_runner"]

described = runner.sibling("failures").described

REQUEST_SECONDS = 60


class GatewayChannel(runner.Channel):
    """Sends the progress to the gateway instead of to a worker, and logs all events."""

    def __init__(self, url, run_id):
        super().__init__(2)
        self._url = url
        self._run_id = run_id

    def send(self, event, **values):
        runner.log.info("%s %s", event, values)
        if event == "progress" and self._url and self._run_id:
            patch(self._url, self._run_id, {"progress": values["percent"]})


def patch(url, run_id, change):
    """Changes fields of a test run at the gateway. A failure is only logged."""
    import requests

    try:
        answer = requests.patch(f"{url}/test_runs/{run_id}", json=change, timeout=REQUEST_SECONDS)
        if answer.status_code != 200:
            runner.log.warning("The gateway responded with %s: %s", answer.status_code, answer.text[:300])
    except requests.exceptions.RequestException as error:
        runner.log.warning("Could not report %s to the gateway: %s", sorted(change), error)


def upload(url, file):
    """Uploads a result. Raises TaskError if the gateway does not accept it."""
    import requests

    with open(file, "rb") as stream:
        answer = requests.post(f"{url}/test_results/upload_zip", files={"file": stream}, timeout=REQUEST_SECONDS)
    if answer.status_code != 200:
        raise runner.TaskError(f"Upload failed with status code {answer.status_code}: {answer.text[:300]}")


def parse(arguments):
    """Parses the command line and returns the options. Ends the process with status 2 if the command line is wrong."""

    def json_arguments(text):
        content = Path(text[1:]).read_text(encoding="utf-8-sig") if text.startswith("@") else text
        parsed = json.loads(content)
        if not isinstance(parsed, dict):
            raise ValueError("not an object")
        return parsed

    parser = argparse.ArgumentParser(prog="runner.py", description="Runs one algorithm, writes a zip with its result.")
    parser.add_argument("--test_run_id", help="id of the test run")
    parser.add_argument("--algo_path", type=Path, required=True, help="directory of the algorithm")
    parser.add_argument("--data_path", type=Path, required=True, help="file or folder of the test data")
    parser.add_argument("--model_path", type=Path, required=True, help="file or folder of the model")
    parser.add_argument("--ground_truth_path", type=Path, help="file or folder of the ground truth")
    parser.add_argument("--ground_truth", help="column of the ground truth; needed with --ground_truth_path")
    parser.add_argument("--model_type", required=True, choices=["classification", "regression", "uplift"])
    parser.add_argument("--algorithm_args", type=json_arguments, required=True, help="a JSON object, or @FILE")
    parser.add_argument("--apigw_url", help="gateway to send progress to")
    parser.add_argument("--upload_output_to_apigw", action="store_true", help="send result and errors to the gateway")
    parser.add_argument("--output_zip", type=Path, help="zip to write; default: ALGO_PATH/output.zip")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="-v: info, -vv: debug")
    options = parser.parse_args(arguments)
    if options.ground_truth_path and options.ground_truth is None:
        parser.error("--ground_truth is required with --ground_truth_path")
    if options.upload_output_to_apigw and not options.apigw_url:
        parser.error("--apigw_url is required with --upload_output_to_apigw")
    if options.apigw_url:
        options.apigw_url = options.apigw_url.rstrip("/")
    return options


def check(options):
    """Checks that the paths exist and that the arguments match their schema. Raises TaskError with a list of the problems."""
    paths = {name: getattr(options, name) for name in ("algo_path", "data_path", "model_path", "ground_truth_path")}
    missing = [f"Invalid {name}: {path}" for name, path in paths.items() if path is not None and not path.exists()]
    if missing:
        raise runner.TaskError("\n".join(missing))
    import jsonschema

    places = [options.algo_path, *sorted(entry for entry in options.algo_path.iterdir() if entry.is_dir())]
    schema = next((place / "input.schema.json" for place in places if (place / "input.schema.json").is_file()), None)
    if schema is None:
        raise runner.TaskError("Invalid algorithm: input.schema.json is missing")
    validator = jsonschema.Draft202012Validator(json.loads(schema.read_text(encoding="utf-8-sig")))
    errors = validator.iter_errors(options.algorithm_args)
    violations = [runner.in_words(error) for error in errors]
    if violations:
        raise runner.TaskError("Input arguments is invalid:\n" + "\n".join(violations))


def document(result, request, options):
    """Builds a result in the gateway's form. Uses the document that the plug-in's AlgoInit wrote, if there is one."""
    if result.document is not None:
        built = dict(result.document)
    else:
        meta = result.algorithm.meta
        truth = options.ground_truth_path or options.data_path
        built = {
            "gid": meta.get("gid"),
            "cid": meta.get("cid"),
            "version": meta.get("version"),
            "startTime": datetime.fromtimestamp(result.started).isoformat(" "),
            "timeTaken": round(result.seconds, 4),
            "testArguments": {
                "testDataset": options.data_path.absolute().as_uri(),
                "mode": "upload",
                "modelType": options.model_type,
                "groundTruthDataset": truth.absolute().as_uri(),
                "groundTruth": options.ground_truth or "",
                "algorithmArgs": request["arguments"],
                "modelFile": options.model_path.absolute().as_uri(),
            },
            "output": result.output,
            "artifacts": result.artifacts or None,
        }
    if options.test_run_id:
        built["testRunId"] = options.test_run_id
    return built


def execute(options):
    """Runs the algorithm and writes the zip. First removes an old zip. The new one appears only when it is complete."""
    check(options)
    target = (options.output_zip or options.algo_path / "output.zip").absolute()
    target.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="aiverify-run-") as work:
        request = {
            "run_id": options.test_run_id,
            "algorithm": str(options.algo_path.absolute()),
            "data": str(options.data_path.absolute()),
            "model": str(options.model_path.absolute()),
            "ground_truth_data": str(options.ground_truth_path.absolute()) if options.ground_truth_path else None,
            "ground_truth": options.ground_truth,
            "model_type": options.model_type,
            "arguments": options.algorithm_args,
            "work": work,
        }
        origin = Path.cwd()
        options.data_path, options.model_path = options.data_path.absolute(), options.model_path.absolute()
        options.ground_truth_path = options.ground_truth_path and options.ground_truth_path.absolute()
        try:
            result = runner.run(request, GatewayChannel(options.apigw_url, options.test_run_id))
        except BaseException as error:
            options.failure = described(error, Path(work, "algorithm"))  # needs the algorithm's files
            raise
        archive = Path(work, "output.zip")
        with zipfile.ZipFile(archive, "w") as zipped:
            zipped.writestr("results.json", json.dumps(document(result, request, options), default=str))
            for name in result.artifacts:
                zipped.write(result.algorithm.output / name, name)
        os.chdir(origin)
        if options.upload_output_to_apigw:
            upload(options.apigw_url, archive)
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.part")
        shutil.copyfile(archive, partial)
        partial.replace(target)


def main(arguments):
    """Runs the command line. Returns the exit status."""
    options = parse(arguments)
    level = [logging.WARNING, logging.INFO, logging.DEBUG][min(options.verbose, 2)]
    runner.set_up_log(level)
    options.failure = None
    try:
        execute(options)
        return 0
    except BaseException as error:
        text = options.failure or described(error, options.algo_path)
        runner.log.critical("%s", text)
        if options.upload_output_to_apigw:
            if options.test_run_id:
                failure = {"status": "error", "errorMessages": f"Failed to run algorithm: {text}"}
                patch(options.apigw_url, options.test_run_id, failure)
            return 255
        return 255 if isinstance(error, runner.TaskError) else 1
