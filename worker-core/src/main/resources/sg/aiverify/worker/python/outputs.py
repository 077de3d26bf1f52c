"""Converts the output of an algorithm to JSON, and reports values that it changes.

The values are those of the engine's own conversion. The engine does not report replaced values, and fails on some values.
"""

import datetime
import json
import math
import os
import sys
from pathlib import Path

runner = sys.modules["aiverify_worker_runner"]

IMAGES = (".png", ".jpg", ".jpeg", ".svg", ".gif", ".webp", ".bmp")
MAX_PLACES = 20
MAX_DEPTH = 200  # levels of nested lists and objects, the worker's limit
MAX_DIGITS = 1000
NO_NUMBER = "The output contains numbers that JSON does not support, at {}; NaN is stored as 0, infinity as the largest number"
SAME_NAME = "The output contains members with the same name; only the last one is stored: {}"
AS_TEXT = "The output contains values that JSON does not support; they are stored as text: {}"
AS_NUMBER = "The output contains times; they are stored as numbers in the array's unit: {}"
ILLEGAL_NAMES = "Images are not stored, since the gateway accepts only A-Za-z0-9._/- in names: {}"
ELSEWHERE = "Images are not stored, since they are not in the directory output: {}"
MISSING = "The result names images that are missing in the directory output: {}"


class Plain:
    """Converts one result. `directory` is the output directory. `artifacts` collects the names of the images below this
    directory, each once, in the order of their appearance. `given` are paths whose images are not artifacts. `finish`
    calls `warn` with warnings for the tester."""

    def __init__(self, directory, given, warn):
        self.artifacts = {}
        self._missing = {}
        self._directory = directory
        self._given = given
        self._warn = warn
        self._places = {}
        self._depth = 0

    def convert(self, value, place=()):
        """Converts a value to dict, list, str, int, float, bool or None. `place` is its place as a chain of (chain, key).

        Raises TaskError with the place of a value that JSON does not support.
        """
        import numpy
        import pandas

        if value is None or value is True or value is False:
            return value
        if isinstance(value, str):
            return self._text(str.__str__(value))  # the __str__ of an enumeration would return another text
        if isinstance(value, (numpy.bool_,)):
            return bool(value)
        if isinstance(value, (int, numpy.integer)) and not isinstance(value, numpy.timedelta64):
            return self._integer(int(value), place)
        if isinstance(value, (float, numpy.floating)):
            return self._number(value, place)
        if isinstance(value, (dict, list, tuple)):
            return self._nested(value, place)
        if isinstance(value, pandas.Series):
            return self.convert(value.tolist(), place)
        if isinstance(value, pandas.DataFrame):
            return self._frame(value, place)
        if isinstance(value, numpy.ndarray):
            return self._array(value, place)
        return self._other(value, place)

    def _nested(self, value, place):
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise runner.TaskError(
                f"The algorithm's output has more than {MAX_DEPTH} levels of nested lists and objects, at {quoted(place)}"
            )
        try:
            if isinstance(value, dict):
                return self._object(value, place)
            return [self.convert(item, (place, index)) for index, item in enumerate(value)]
        finally:
            self._depth -= 1

    def _text(self, value):
        if not value.lower().endswith(IMAGES):
            return value
        name = runner._name_below(self._directory, value)
        if name is None:
            if runner._name_below(Path.cwd(), value) is not None or self._leads_elsewhere(value):
                self._note(ELSEWHERE, repr(value))
            elif self._should_exist(value) and value not in self._missing:
                self._missing[value] = True
                self._note(ELSEWHERE if self._is_outside(value) else MISSING, repr(value))
            return value
        if not runner.LEGAL_NAME.fullmatch(name):
            self._note(ILLEGAL_NAMES, repr(name))
            return value
        self.artifacts[name] = True
        return name

    def _leads_elsewhere(self, name):
        return not os.path.isabs(name) and os.path.exists(os.path.join(self._directory, name))

    def _is_outside(self, name):
        path = os.path.normpath(os.path.join(self._directory, name))
        return not Path(path).is_relative_to(self._directory)

    def _should_exist(self, name):
        """Returns whether a text could be the name of an artifact that does not exist, and is not a sentence or an address."""
        if not runner.LEGAL_NAME.fullmatch(name):
            return False
        return not any(os.path.exists(os.path.join(place, name)) for place in (self._directory, ".", *self._given))

    @staticmethod
    def _integer(value, place):
        if value.bit_length() > 3 * MAX_DIGITS and abs(value) >= 10**MAX_DIGITS:
            raise runner.TaskError(
                f"The algorithm's output has an integer of more than {MAX_DIGITS} digits at {quoted(place)}"
            )
        return value

    def _frame(self, value, place):
        twice = value.columns[value.columns.duplicated()]
        for name in twice:
            self._note(SAME_NAME, quoted((place, str(name))))
        return self.convert(value.loc[:, ~value.columns.duplicated(keep="last")].to_dict("records"), place)

    def _number(self, value, place):
        import numpy

        number = float(value)
        if numpy.isfinite(number):
            return number
        self._note(NO_NUMBER, f"{quoted(place)} ({value})")
        replaced = float(numpy.nan_to_num(value))
        return replaced if numpy.isfinite(replaced) else float(numpy.nan_to_num(number))  # exceeds a double

    def _object(self, value, place):
        plain = {}
        for key, member in value.items():
            name = str(key)
            if name in plain:
                self._note(SAME_NAME, quoted((place, str(name))))
            plain[name] = self.convert(member, (place, name))
        return plain

    def _array(self, value, place):
        import numpy

        if value.dtype.kind == "f" and not isinstance(value, numpy.ma.MaskedArray):
            odd = numpy.argwhere(~numpy.isfinite(value))
            for index in odd[: MAX_PLACES + 1]:
                at = place
                for part in index:
                    at = (at, int(part))
                self._note(NO_NUMBER, f"{quoted(at)} ({value[tuple(index)]})")
            if len(odd):
                self._note(NO_NUMBER, count=len(odd) - min(len(odd), MAX_PLACES + 1))
                value = numpy.nan_to_num(value)
        if value.dtype.kind in "mM":
            self._note(AS_NUMBER, quoted(place))
        return self.convert(value.tolist(), place)

    def _other(self, value, place):
        import decimal
        import fractions

        import pandas

        if isinstance(value, (decimal.Decimal, fractions.Fraction)):
            return self._number(as_float(value), place)
        if isinstance(value, (bytes, bytearray, memoryview, complex)):
            raise runner.TaskError(
                f"The algorithm's output has a value of type {type(value).__name__} at {quoted(place)}, "
                "which JSON does not support"
            )
        if value is pandas.NaT or not isinstance(value, (datetime.date, datetime.time)):
            self._note(AS_TEXT, f"{quoted(place)} (of type {type(value).__name__})")
        return self._text(str(value))

    def _note(self, what, place=None, count=1):
        places, _ = self._places.setdefault(what, ([], 0))
        if place is not None and len(places) < MAX_PLACES:
            places.append(place)
        self._places[what] = places, self._places[what][1] + count

    def finish(self):
        """Warns of values that were replaced."""
        for what, (places, count) in self._places.items():
            more = f" and {count - len(places)} more" if count > len(places) else ""
            self._warn(what.replace("{}", ", ".join(places) + more))


def as_float(value):
    """Converts a number to a float. A number that is too large becomes infinite."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    except ValueError:
        return math.nan


def warn_of_missing(names, warn):
    """Warns of artifacts that do not exist in the output directory, or whose names the gateway does not accept."""
    more = f" and {len(names) - MAX_PLACES} more" if len(names) > MAX_PLACES else ""
    warn(
        "The result names artifacts that are missing in the directory output, or whose names the gateway does not accept:"
        f" {', '.join(map(repr, names[:MAX_PLACES]))}{more}"
    )


def quoted(place):
    """Formats a place, a chain of (chain, key), as a path in quotes."""
    keys = []
    while place:
        place, key = place
        keys.append(key)
    return f"'{path(reversed(keys))}'" if keys else "its root"


def path(keys):
    """Formats names and indexes as a path in the worker's form, such as `rows[3].score`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")


def write_json(value, file):
    """Writes an object as JSON: member by member, and lists item by item. So no second copy of the object is in memory."""
    file.write("{")
    for position, (key, member) in enumerate(value.items()):
        file.write(("," if position else "") + json.dumps(str(key)) + ":")
        if isinstance(member, list):
            file.write("[")
            for index, item in enumerate(member):
                file.write(("," if index else "") + json.dumps(item))
            file.write("]")
        else:
            file.write(json.dumps(member))
    file.write("}")
