"""Runs one algorithm in the pod of a Job, and writes its events and its result to the volume that the worker reads.

    python -I -S job.py FILE

The file contains an object with these members:

    command              the command of the supervisor, with all arguments
    directories          directories to create first
    work                 the directory in which the runner writes result and artifacts
    out                  the directory on the volume
    result, artifacts    the paths of both, relative to `work`
    max_bytes            the largest size of result and artifacts together
    upload               null, or the members that `Gateway` needs

It writes these files to `out`:

    events               the lines of the runner, each after the time in milliseconds
    errors, errors.old   the end of standard error
    result/              a copy of the result and the artifacts
    ended                written last; an object with `code` or `signal`, `oom_kills`, `problem`, `upload`

The exit status is that of the supervisor. This is the first process of the container, so all other processes end with
it. Standard library only.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

MAX_EVENTS_BYTES = 64 * 1024 * 1024
MAX_ERRORS_BYTES = 128 * 1024
MAX_LINE_BYTES = 1024 * 1024
MAX_ARTIFACTS = 10_000
UPLOAD_TRIES = 6
REQUEST_SECONDS = 120
MEMORY_COUNTERS = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")


class Events:
    """Writes the runner's lines to the volume, and keeps those values of them that this script needs."""

    def __init__(self, path):
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self._left = MAX_EVENTS_BYTES
        self.artifacts = []
        self.complete = False
        self.times = {}
        self.last = {}

    def write(self, line):
        """Writes a line, unless the file would become too large."""
        now = time.time()
        stamped = b"%d %s\n" % (now * 1000, line)
        if len(stamped) <= self._left:
            self._left -= len(stamped)
            os.write(self._file, stamped)
        try:
            event = json.loads(line)
            kind = event["event"]
        except (ValueError, TypeError, KeyError):
            return
        self.last = event
        if kind == "artifact" and isinstance(event.get("name"), str) and len(self.artifacts) < MAX_ARTIFACTS:
            self.artifacts.append(event["name"])
        elif kind == "result":
            self.complete = True
        elif kind in ("computing", "computed"):
            self.times[kind] = now

    def close(self):
        os.fsync(self._file)
        os.close(self._file)


def keep_end(stream, path):
    """Writes the end of a stream to two files; `path`.old contains the part before that in `path`."""
    file, size = open(path, "ab", buffering=0), 0
    for chunk in iter(lambda: os.read(stream.fileno(), 65536), b""):
        if size + len(chunk) > MAX_ERRORS_BYTES:
            file.close()
            os.replace(path, path + ".old")
            file, size = open(path, "wb", buffering=0), 0
        try:
            file.write(chunk)
        except OSError:
            pass  # no space on the disk: the algorithm must not stop because of that
        size += len(chunk)
    file.close()


def run(command, out):
    """Runs the supervisor and waits for its end. Returns its exit status and the events."""
    events = Events(os.path.join(out, "events"))
    events.write(b'{"event": "opened"}')
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    errors = threading.Thread(target=keep_end, args=(process.stderr, os.path.join(out, "errors")), daemon=True)
    errors.start()
    for line in iter(lambda: process.stdout.readline(MAX_LINE_BYTES), b""):
        if line.strip():
            events.write(line.rstrip(b"\n"))
    status = process.wait()
    errors.join(2)
    events.close()
    return status, events


def copy_result(job, events):
    """Copies result and artifacts to the volume: only plain files below the work directory."""
    work, target, left = os.path.realpath(job["work"]), os.path.join(job["out"], "result"), job["max_bytes"]
    for name in dict.fromkeys([job["result"]] + [f"{job['artifacts']}/{name}" for name in events.artifacts]):
        path = os.path.join(work, name)
        try:
            if os.path.realpath(path) != path or not path.startswith(work + "/") or not os.path.isfile(path):
                continue
        except (OSError, ValueError):
            continue
        left -= os.path.getsize(path)
        if left < 0:
            raise OSError(f"the result is larger than {job['max_bytes']} bytes")
        copy = os.path.join(target, os.path.relpath(path, work))
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        shutil.copyfile(path, copy)


def kills_for_memory():
    """Returns the number of this container's processes that were killed because memory ran out; -1 if not counted."""
    for counter in MEMORY_COUNTERS:
        try:
            with open(counter) as file:
                return int(re.search(r"^oom_kill (\d+)", file.read(), re.MULTILINE).group(1))
        except (OSError, AttributeError):
            pass
    return -1


class Gateway:
    """Uploads the result of the run `run_id` to `url`.

    `known` contains the part of results.json that the worker knew before the run.
    """

    def __init__(self, upload):
        self._url = upload["url"]
        self._run_id = upload["run_id"]
        self._known = upload["known"]
        self._offset = upload["utc_offset_seconds"]

    def upload(self, job, events):
        """Uploads the result once, if the run is still pending. Returns the outcome for `ended`."""
        import urllib.error

        archive = os.path.join(os.path.dirname(job["work"]), "upload.zip")
        self._pack(archive, os.path.join(job["out"], "result"), job, events)
        problem = ""
        for attempt in range(UPLOAD_TRIES):
            if attempt:
                time.sleep(2 ** (attempt - 1))
            try:
                status = self._status()  # requested each time: the response to an upload may be lost
                if status != "pending":
                    return {"status": status}
                self._post(archive)
                return {"status": "success"}
            except urllib.error.HTTPError as error:
                text = error.read(300).decode("utf-8", "replace")
                problem = f"Upload failed with status code {error.code}: {text}"
                if error.code < 500 and error.code not in (408, 429):
                    return {"refused": problem}
            except OSError as error:
                problem = f"Upload failed: the gateway {self._url} cannot be reached from the pod: {error}"
            except ValueError as error:
                problem = f"Upload failed: the gateway {self._url} did not return a test run: {error}"
        return {"failed": problem}

    def _status(self):
        import urllib.error
        import urllib.request

        try:
            with urllib.request.urlopen(f"{self._url}/test_runs/{self._run_id}", timeout=REQUEST_SECONDS) as response:
                return str(json.load(response)["status"])
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return "absent"
            raise
        except (KeyError, TypeError) as error:
            raise ValueError(f"the response has no status ({error})") from error

    def _post(self, archive):
        import urllib.request
        import uuid

        boundary = uuid.uuid4().hex
        head = (
            f"--{boundary}\r\n"
            'Content-Disposition: form-data; name="file"; filename="output.zip"\r\n'
            "Content-Type: application/zip\r\n\r\n"
        ).encode()
        tail = f"\r\n--{boundary}--\r\n".encode()

        def body(file):
            yield head
            yield from iter(lambda: file.read(65536), b"")
            yield tail

        with open(archive, "rb") as file:
            request = urllib.request.Request(
                f"{self._url}/test_results/upload_zip",
                data=body(file),
                headers={
                    "Content-Type": f"multipart/form-data; boundary={boundary}",
                    "Content-Length": str(len(head) + os.path.getsize(archive) + len(tail)),
                },
            )
            with urllib.request.urlopen(request, timeout=REQUEST_SECONDS) as response:
                response.read()

    def _pack(self, archive, result, job, events):
        import datetime
        import zipfile

        artifacts = os.path.join(result, job["artifacts"])
        names = [name for name in dict.fromkeys(events.artifacts) if os.path.isfile(os.path.join(artifacts, name))]
        started = events.times.get("computing", time.time())
        zone = datetime.timezone(datetime.timedelta(seconds=self._offset))
        measured = {
            "startTime": datetime.datetime.fromtimestamp(started, zone).strftime("%Y-%m-%d %H:%M:%S.%f"),
            "timeTaken": round(max(0.0, events.times.get("computed", time.time()) - started), 4),
            "artifacts": names,
        }
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED, allowZip64=True) as target:
            with target.open("results.json", "w", force_zip64=True) as file:
                # Joins texts instead of parsed JSON, so that all numbers stay as they were written.
                file.write(self._known.rstrip()[:-1].encode() + b", " + json.dumps(measured)[1:-1].encode())
                file.write(b', "output": ')
                with open(os.path.join(result, job["result"]), "rb") as output:
                    shutil.copyfileobj(output, file)
                file.write(b"}")
            for name in names:
                target.write(os.path.join(artifacts, name), name)


def write_last(out, ended):
    """Writes the file `ended`, which appears in one step."""
    partial = os.path.join(out, "ended.part")
    with open(partial, "w", encoding="utf-8") as file:
        json.dump(ended, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, os.path.join(out, "ended"))


def main(path):
    """Runs the job. Returns the exit status."""
    signal.signal(signal.SIGTERM, lambda number, frame: os._exit(128 + number))
    with open(path, encoding="utf-8") as file:
        job = json.load(file)
    for directory in job["directories"]:
        os.makedirs(directory, exist_ok=True)
    before = kills_for_memory()
    status, events = run(job["command"], job["out"])
    exited = events.last if events.last.get("event") == "exited" else {}
    kills = -1 if before < 0 else kills_for_memory() - before
    ended = {"code": exited.get("code", status), "signal": exited.get("signal"), "oom_kills": kills}
    if events.complete:
        try:
            copy_result(job, events)
            if job["upload"] is not None:
                ended["upload"] = Gateway(job["upload"]).upload(job, events)
        except OSError as error:
            ended["problem"] = str(error)
    write_last(job["out"], ended)
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    os._exit(main(sys.argv[1]))
