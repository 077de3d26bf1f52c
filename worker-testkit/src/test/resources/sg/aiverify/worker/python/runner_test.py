"""Tests of inputs.py, outputs.py and failures.py with the real engine, in one process.

The argument is the directory of the scripts.
"""

import datetime
import decimal
import enum
import fractions
import gzip
import importlib.util
import io
import json
import os
import pickle
import re
import sys
import tempfile
import unittest
from pathlib import Path

import joblib
import numpy
import pandas
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, PolynomialFeatures, StandardScaler

SCRIPTS = sys.argv.pop(1)
spec = importlib.util.spec_from_file_location("aiverify_worker_runner", Path(SCRIPTS, "runner.py"))
runner = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = runner
spec.loader.exec_module(runner)
runner.preload()
outputs = runner.sibling("outputs")
failures = runner.sibling("failures")
reasons = runner.sibling("reasons")
requirements = runner.sibling("requirements")

CASES = 80


def cases():
    random = numpy.random.default_rng(7)
    frame = pandas.DataFrame({
        "age": random.integers(18, 90, CASES),
        "income": random.normal(40_000, 15_000, CASES).round(2),
        "city": random.choice(["Bern", "Rom", "Ulm"], CASES),
    })
    return frame, (frame["income"] > 40_000).astype(int)


FEATURES, LABELS = cases()
NUMBERS = FEATURES[["age", "income"]]
TABLE = FEATURES.assign(label=LABELS)


def in_place_and_failing(frame):
    frame["age"] = 0
    raise ValueError("not with these")


def halved(frame):
    return frame.iloc[::2]


def richer(frame):
    return frame.assign(label=frame["income"] / 1000)


class Loads(unittest.TestCase):
    def setUp(self):
        self.scene = tempfile.TemporaryDirectory()
        self.addCleanup(self.scene.cleanup)
        self.directory = Path(self.scene.name)
        self.warnings = []

    def file(self, name, content):
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, pandas.DataFrame) and path.suffix == ".csv":
            content.to_csv(path, index=False)
        elif isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        else:
            path.write_bytes(pickle.dumps(content))
        return str(path)

    def load(self, model, data, truth=None, column="label", cid="mine"):
        work = tempfile.mkdtemp(dir=self.directory)
        request = {"data": data, "model": model, "ground_truth_data": truth, "ground_truth": column, "work": work}
        return runner.load_inputs(request, {"cid": cid}, self.warnings.append)

    def refused(self, *arguments, **named):
        with self.assertRaises(runner.TaskError) as raised:
            self.load(*arguments, **named)
        self.assertNotIn(str(self.directory), str(raised.exception))
        return str(raised.exception)


class PipelineTest(Loads):
    """Checks that an algorithm's model and data predict the same as the whole pipeline with the uploaded data."""

    def pair(self, pipeline, uploaded, column="label"):
        data = self.file("data.sav", uploaded)
        model = self.file("model.sav", pipeline)
        loaded = self.load(model, data, self.file("truth.csv", TABLE), column)
        self.assertIsInstance(loaded.initial_model.get_pipeline(), Pipeline)
        pandas.testing.assert_frame_equal(loaded.initial_data.get_data(), uploaded)
        return loaded.data[0].get_data(), loaded.model[0].get_pipeline(), loaded.model[0]

    def check(self, steps, features, labels=LABELS, transformed=False, uploaded=None):
        pipeline = Pipeline([(str(number), step) for number, step in enumerate(steps)]).fit(features, labels)
        expected = pipeline.predict(features)
        frame, model, instance = self.pair(pipeline, features if uploaded is None else uploaded)
        self.assertEqual(isinstance(model, Pipeline), not transformed)
        numpy.testing.assert_allclose(instance.predict(frame), expected)
        self.assertEqual(self.warnings, [])
        return frame

    def test_scalers(self):
        self.check([StandardScaler(), LogisticRegression()], NUMBERS)
        self.check([MinMaxScaler(), StandardScaler(), RandomForestClassifier(5, random_state=1)], NUMBERS)

    def test_tables_are_handed_on_with_the_last_step(self):
        frame = self.check(
            [StandardScaler().set_output(transform="pandas"), LogisticRegression()], NUMBERS, transformed=True
        )
        self.assertLess(frame["income"].abs().max(), 10)

    def test_columns_that_are_reordered_or_dropped(self):
        chosen = ColumnTransformer([("b", StandardScaler(), ["income"]), ("a", "passthrough", ["age"])])
        self.check([chosen, LogisticRegression()], FEATURES)
        named = ColumnTransformer([("b", StandardScaler(), ["income"]), ("a", "passthrough", ["age"])])
        frame = self.check([named.set_output(transform="pandas"), LogisticRegression()], FEATURES, transformed=True)
        self.assertEqual(list(frame), ["b__income", "a__age"])

    def test_encoders_with_sparse_output(self):
        encoder = ColumnTransformer(
            [("c", OneHotEncoder(), ["city"]), ("n", StandardScaler(), ["age", "income"])], sparse_threshold=1
        )
        self.check([encoder, LogisticRegression()], FEATURES)

    def test_selection_and_generation_of_features(self):
        self.check([SelectKBest(k=1), LogisticRegression()], NUMBERS)
        self.check([StandardScaler(), PolynomialFeatures(2), LogisticRegression()], NUMBERS)
        both = FeatureUnion([("s", StandardScaler()), ("m", MinMaxScaler())])
        self.check([both, LogisticRegression()], NUMBERS)

    def test_regression(self):
        self.check([StandardScaler(), LinearRegression()], NUMBERS, FEATURES["age"] * 2.5)

    def test_one_step(self):
        self.check([LogisticRegression()], NUMBERS)

    def test_rows_that_are_dropped(self):
        pipeline = Pipeline([("half", FunctionTransformer(halved)), ("last", LogisticRegression())])
        pipeline.steps[-1][1].fit(NUMBERS, LABELS)
        frame, model, _ = self.pair(pipeline, NUMBERS)
        self.assertIsInstance(model, Pipeline)
        self.assertEqual(len(frame), CASES)

    def test_the_ground_truth_in_the_data_is_no_feature(self):
        self.check([StandardScaler(), LogisticRegression()], NUMBERS, uploaded=NUMBERS.assign(label=LABELS))
        frame = self.check(
            [FunctionTransformer(lambda_free_sum), LogisticRegression()],
            NUMBERS,
            transformed=True,
            uploaded=NUMBERS.assign(label=LABELS * 1e9),
        )
        self.assertEqual(list(frame), ["age", "income", "sum"])

    def test_the_ground_truth_in_the_data_leaves_them_in_their_units(self):
        steps = [StandardScaler().set_output(transform="pandas"), LogisticRegression()]
        frame = self.check(steps, NUMBERS, uploaded=NUMBERS.assign(label=LABELS))
        pandas.testing.assert_frame_equal(frame, NUMBERS)
        pipeline = Pipeline([("s", steps[0]), ("l", steps[1])])
        data = self.file("data.sav", NUMBERS.assign(label=LABELS))
        loaded = self.load(self.file("m.sav", pipeline), data, data, cid="aiverify_shap_toolbox")
        self.assertLess(loaded.data[0].get_data().abs().max().max(), 10)
        numpy.testing.assert_array_equal(
            loaded.model[0].predict(loaded.data[0].get_data()), pipeline.predict(NUMBERS)
        )

    def test_one_step_that_was_fitted_with_the_ground_truth(self):
        table = NUMBERS.assign(label=LABELS)
        frame, _, instance = self.pair(Pipeline([("l", LogisticRegression())]).fit(table, LABELS), table)
        self.assertIn("label", frame)
        self.assertEqual(len(instance.predict(frame)), CASES)

    def test_a_pipeline_that_was_fitted_with_the_ground_truth(self):
        table = NUMBERS.assign(label=LABELS)
        scaler = StandardScaler().set_output(transform="pandas")
        pipeline = Pipeline([("s", scaler), ("d", Dropped("label")), ("l", LogisticRegression())])
        pipeline.fit(table, LABELS)
        frame, model, instance = self.pair(pipeline, table)
        numpy.testing.assert_array_equal(instance.predict(frame), pipeline.predict(table))
        self.assertEqual(self.warnings, [])

    def test_a_feature_with_the_name_of_the_ground_truth(self):
        frame = self.check([FunctionTransformer(richer), LogisticRegression()], NUMBERS, transformed=True)
        self.assertIn("label", frame)

    def test_data_that_are_refused(self):
        pipeline = Pipeline([("s", StandardScaler()), ("l", LogisticRegression())]).fit(NUMBERS, LABELS)
        frame, model, _ = self.pair(pipeline, NUMBERS.rename(columns={"age": "years"}))
        self.assertIsInstance(model, Pipeline)
        self.assertEqual(list(frame), ["years", "income"])
        self.assertEqual(len(self.warnings), 1)
        self.assertIn("cannot transform the data, so they stay unchanged: ValueError: The feature names", self.warnings[0])

    def test_data_that_are_changed_before_they_are_refused(self):
        pipeline = Pipeline([("f", FunctionTransformer(in_place_and_failing)), ("l", LogisticRegression())])
        pipeline.steps[-1][1].fit(NUMBERS, LABELS)
        frame, _, _ = self.pair(pipeline, NUMBERS)
        pandas.testing.assert_frame_equal(frame, NUMBERS)
        self.assertIn("ValueError: not with these", self.warnings[0])

    def test_a_folder_with_a_class_of_its_own(self):
        folder = self.directory / "folder"
        self.file("folder/own_scaler.py", OWN)
        own_spec = importlib.util.spec_from_file_location("own_scaler", folder / "own_scaler.py")
        own = importlib.util.module_from_spec(own_spec)
        sys.modules["own_scaler"] = own
        own_spec.loader.exec_module(own)
        pipeline = Pipeline([("own", own.Own()), ("l", LogisticRegression())]).fit(NUMBERS, LABELS)
        saved = pickle.dumps(pipeline)
        self.file("folder/pipeline.sav", saved)
        self.file("folder/README.md", "how it was made")
        expected = pipeline.predict(NUMBERS)
        loaded = self.load(str(folder), self.file("data.csv", NUMBERS), self.file("truth.csv", TABLE))
        self.assertEqual(type(loaded.model[0].get_pipeline()).__name__, "LogisticRegression")
        numpy.testing.assert_array_equal(loaded.model[0].predict(loaded.data[0].get_data()), expected)
        self.file("folder/older.sav", saved)
        text = self.refused(str(folder), self.file("data.csv", NUMBERS))
        self.assertIn("2 of the files can be the pipeline ('older.sav', 'pipeline.sav')", text)
        (folder / "older.sav").unlink()
        self.file("folder/own_scaler.py", "import no_such_package\n")
        del sys.modules["own_scaler"]
        text = self.refused(str(folder), self.file("data.csv", NUMBERS))
        self.assertIn("No module named 'no_such_package'", text)
        self.assertIn("file 'own_scaler.py' cannot be imported", text)

    def test_a_folder_of_modules_that_need_each_other_and_their_files(self):
        folder = self.directory / "modules"
        self.file("modules/a_first.py", "import z_last\nclass First(z_last.Last):\n    pass\n")
        self.file("modules/z_last.py", OWN.replace("Own", "Last") + READS_WORDS)
        self.file("modules/words.csv", "a,b\n")
        self.file("modules/deep/pipeline.sav", b"")
        sys.path.append(str(folder))
        from a_first import First

        pipeline = Pipeline([("own", First()), ("l", LogisticRegression())]).fit(NUMBERS, LABELS)
        self.file("modules/deep/pipeline.sav", pipeline)
        sys.path.remove(str(folder))
        del sys.modules["a_first"], sys.modules["z_last"]
        loaded = self.load(str(folder), self.file("data.csv", NUMBERS))
        numpy.testing.assert_array_equal(
            loaded.model[0].predict(loaded.data[0].get_data()), pipeline.predict(NUMBERS)
        )
        self.file("modules/deep/pipeline.sav", LogisticRegression().fit(NUMBERS, LABELS))
        text = self.refused(str(folder), self.file("data.csv", NUMBERS))
        self.assertIn("The model modules cannot be loaded", text)
        self.assertIn("but a folder must contain a pipeline: upload the file alone", text)
        model = self.file("model.sav", LogisticRegression().fit(NUMBERS, LABELS))
        self.assertIn("it is a model of type sklearn.linear_model._logistic.LogisticRegression, not a table. Supported",
                      self.refused(model, model))

    def test_a_pipeline_whose_arrays_need_the_ground_truth(self):
        table = NUMBERS.assign(label=LABELS)[["label", "age", "income"]]
        for steps in (
            [("s", StandardScaler())],
            [("c", ColumnTransformer([("kept", MinMaxScaler(), [0, 1])]))],
            [("f", FunctionTransformer(first_two))],
        ):
            with self.subTest(steps):
                pipeline = Pipeline([*steps, ("l", LogisticRegression())]).fit(table, LABELS)
                frame, model, instance = self.pair(pipeline, table)
                self.assertIsInstance(model, Pipeline)
                self.assertIn("label", frame)
                numpy.testing.assert_array_equal(instance.predict(frame), pipeline.predict(table))
                self.assertEqual(self.warnings, [])

    def test_what_the_steps_warn_of(self):
        encoder = OneHotEncoder(drop="first", handle_unknown="ignore", sparse_output=False).set_output(transform="pandas")
        pipeline = Pipeline([("e", encoder), ("l", LogisticRegression())]).fit(FEATURES[["city"]], LABELS)
        uploaded = pandas.DataFrame({"city": ["Oslo"] * CASES})
        self.pair(pipeline, uploaded)
        self.assertEqual(len(self.warnings), 1)
        self.assertIn("Warning about the transformation of the data by the pipeline: Found unknown categories", self.warnings[0])

    def test_a_plug_in_that_transforms_by_itself(self):
        pipeline = Pipeline([("s", StandardScaler().set_output(transform="pandas")), ("l", LogisticRegression())])
        model = self.file("model.sav", pipeline.fit(NUMBERS, LABELS))
        loaded = self.load(model, self.file("data.csv", NUMBERS), self.file("t.csv", TABLE), cid="veritastool")
        self.assertIsInstance(loaded.model[0].get_pipeline(), Pipeline)


def first_two(frame):
    return frame.iloc[:, :2].to_numpy()


def lambda_free_sum(frame):
    return frame.assign(sum=frame.sum(axis=1))


class Dropped:
    """A step that drops a column."""

    def __init__(self, name):
        self.name = name

    def fit(self, frame, labels=None):
        return self

    def transform(self, frame):
        return frame.drop(columns=[self.name])


OWN = """
class Own:
    def fit(self, frame, labels=None):
        self.mean_ = frame.mean()
        return self

    def transform(self, frame):
        return frame - self.mean_
"""


READS_WORDS = """
from pathlib import Path
WORDS = Path(__file__).with_name("words.csv").read_text()
"""


class InputsTest(Loads):
    def setUp(self):
        super().setUp()
        self.model = self.file("model.sav", LogisticRegression().fit(NUMBERS, LABELS))
        self.data = self.file("data.csv", NUMBERS.assign(label=LABELS))

    def test_rows_that_differ(self):
        text = self.refused(self.model, self.data, self.file("truth.csv", TABLE.head(60)))
        self.assertIn(f"The dataset has {CASES} rows and the ground truth dataset has 60", text)

    def test_images_need_no_row_each(self):
        for name in ("a.png", "b.PNG.png", "deep.jpg"):
            self.file(f"images/{name}", b"image")
        loaded = self.load(self.model, str(self.directory / "images"), self.file("truth.csv", TABLE))
        self.assertEqual(len(loaded.data[0].get_data()), 3)

    def test_folders_of_which_one_file_would_be_taken_by_chance(self):
        self.file("tables/a.csv", TABLE)
        self.file("tables/b.csv", TABLE)
        text = self.refused(self.model, str(self.directory / "tables"))
        self.assertIn("The dataset tables is a folder of 2 files that are not all images ('a.csv', 'b.csv')", text)

    def test_a_folder_with_one_table_whose_name_looks_like_a_pattern(self):
        self.file("tables[1]/données.csv", NUMBERS)
        loaded = self.load(self.model, str(self.directory / "tables[1]"))
        pandas.testing.assert_frame_equal(loaded.data[0].get_data(), NUMBERS)

    def test_labels_that_are_numbers(self):
        table = pandas.DataFrame({0: NUMBERS["age"], 1: NUMBERS["income"], 3: LABELS})
        path = self.file("numbers.sav", table)
        loaded = self.load(self.model, path, path, "3")
        self.assertEqual(list(loaded.data[0].get_data()), [0, 1])
        self.assertEqual(list(loaded.ground_truth[0].get_data()["3"]), list(LABELS))

    def test_columns_that_are_not_there(self):
        truth = self.file("truth.csv", TABLE.rename(columns={"label": " Label"}))
        text = self.refused(self.model, self.data, truth)
        self.assertTrue(text.endswith("'age', 'income', 'city', ' Label'. Did you mean ' Label'?"), text)

    def test_a_ground_truth_of_several_columns(self):
        twice = pandas.DataFrame([[1, 2]] * CASES, columns=["label", "label"])
        self.assertIn("must have exactly one column 'label', but has several", self.refused(self.model, self.data, self.file("t.sav", twice)))
        levels = pandas.DataFrame([[1, 2]] * CASES, columns=pandas.MultiIndex.from_tuples([("a", "x"), ("a", "y")]))
        text = self.refused(self.model, self.data, self.file("t.sav", levels), column="('a', 'x')")
        self.assertIn("but has several", text)
        unnamed = NUMBERS.rename(columns={"age": pandas.NA}).assign(label=LABELS)
        self.load(self.model, self.data, self.file("t.sav", unnamed))

    def test_nothing_but_the_ground_truth(self):
        truth = self.file("truth.csv", TABLE[["label"]])
        self.assertIn("the model needs other columns to predict from", self.refused(self.model, truth, truth))

    def test_true_reasons_of_tables(self):
        for content, reason in (
            ("größe;label\n1;2\n".encode("latin-1"), "The text is not UTF-8 from byte 2 on: save it as UTF-8"),
            (b"", "it is empty"),
            (b"a,b\n", "it contains a table without rows"),
            (b"a,b\n1,2\n1,2,3\n", "ParserError: Error tokenizing data"),
            (pickle.dumps([1, 2]), "it contains an object of type builtins.list, which the engine does not support"),
            (pickle.dumps(pandas.DataFrame({"a": []})), "it contains a table without rows"),
            (b"a,b\n1,2,\n3,4,\n", "rows have more values than its header has names ('a', 'b')"),
            (b"x\n1,5\n2,5\n", "rows have more values than its header has names ('x')"),
            (b"a\tb\n1\t2\n3\t4\n", "separated by tabs: save it with commas between them"),
            (b"a b\n1 2\n3 4\n", "separated by spaces: save it with commas between them"),
            (b"a\tb\n1\t\n3\t4\n", "separated by tabs: save it with commas between them"),
            (b'a,b\n1,"x,2\n', "a quotation mark is not closed in the row that begins in line 2"),
            (b'a;b\n1;"x;2\n', "a quotation mark is not closed in the row that begins in line 2"),
            (b'a;b\n1;2\n3;"x\n5;6\n', "a quotation mark is not closed in the row that begins in line 3"),
            (b"this is no table", "no columns were found in it. Supported: CSV in UTF-8 with a comma"),
            (b"some words\nand some more\n", "The dataset table cannot be loaded: no columns were found in it. Supported: CSV in UTF-8 with a comma"),
            (b"j\x1b\x05\xff\xfe\x93", "it is neither text nor a known kind of file. Supported: CSV in UTF-8"),
            ("a,b\n1,2\n".encode("utf-16"), "it is a text in UTF-16: save it as CSV"),
            (b"PAR1\x15\x04\xff", "it is a Parquet file: save it as CSV"),
            (b"PK\3\4\xff[Content_Types].xml", "it is a file of Excel or another office program: save it as CSV"),
            (b"\x93NUMPY and so on", "it is a NumPy file, whose arrays have no column names"),
            (b"PK\3\4 xl/workbook.xml cut", "it is a file of Excel or another office program: save it as CSV"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "it is a file of Excel or another office program: save it as CSV"),
            (b"PK\3\4 table.csv\0", "it is a zip archive: save it as CSV"),
            (b"%PDF-1.4\n%\xe2\xe3\n", "it is a PDF document: save it as CSV"),
            (b"SQLite format 3\0", "it is an SQLite database: save it as CSV"),
            (b"\x89HDF\r\n\x1a\n\0", "it is an HDF5 file: save it as CSV"),
            (b"\x89PNG\r\n\x1a\n\0", "it is an image whose name does not end in .png, .jpg or .jpeg"),
            (b"<table border=1>\n<tr><td>1,2</td></tr>\n", "it is HTML or XML"),
            (b"<!DOCTYPE html>\n<html>\n", "it is HTML or XML"),
            (pickle.dumps(Dropped("a"), protocol=0).replace(b"__main__", b"mine.own"), "No module named 'mine'"),
        ):
            with self.subTest(reason):
                text = self.refused(self.model, self.file("table", content))
                self.assertIn(reason, text)

    def test_json_is_no_table(self):
        for content in (
            '{"a": [1,2,3],\n "b": [4,5,6]}',
            '{"a": [1,2,3], "b": [4,5,6]}',
            '\ufeff{ "a,b" : [1,2,3],\n "b": [4,5',
            "{'a': [1, 2, 3],\n 'b': [4, 5, 6]}",
            '{"a":1,"b":2}\n{"a":3,"b":4}\n',
            '[{"a":1,"b":2},\n{"a":3,"b":4}]',
            "[[1,2],\n[3,4]]",
            "[\n  1,\n  2\n]\n",
            '["a", "b",\n"c", "d"]',
            '{\n"a": 1, "b": 2}',
            "[{'c': 1},\n{'d': 2}]",
            "{}",
        ):
            with self.subTest(content[:40]):
                text = self.refused(self.model, self.file("table.json", content))
                self.assertIn("it is JSON: save it as CSV, in UTF-8 and with commas", text)
                self.assertIn("Supported: CSV in UTF-8", text)
        self.file("one/table.csv", "[1,\n2]")
        self.assertIn("it is JSON", self.refused(self.model, str(self.directory / "one")))
        for start in (b'{"a": [' + b"1234567," * 511, b"[" * reasons.HEAD_BYTES):
            self.assertTrue(reasons.is_json(start))
        self.assertIn("it is JSON: save it with pickle or joblib", self.refused(self.file("m.sav", "[1,\n2]"), self.data))
        for header in ("[a],[b]", "[1],[2]", "[18-25],[26-35]", "[0-9);[9", "{a},{b}", "<A>,<B>", '"{",b', "PK,b", "PAR1,b"):
            between = ";" if ";" in header else ","
            loaded = self.load(self.model, self.file("table.csv", f"{header}\n1,2\n3,4\n".replace(",", between)))
            self.assertEqual(len(loaded.data[0].get_data()), 2, header)

    def test_what_was_saved_and_is_damaged_or_cut(self):
        damaged = "it looks like a damaged or incomplete pickle or joblib file ("
        model = RandomForestClassifier(3, random_state=1).fit(NUMBERS, LABELS)
        saved = []
        for content in (model, NUMBERS):
            for compress in (0, 3, ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)):
                stream = io.BytesIO()
                joblib.dump(content, stream, compress=compress)
                saved.append((content, stream.getvalue()))
            saved.append((content, pickle.dumps(content)))
        for content, whole in saved:
            for part in (20, 90, len(whole) // 2, len(whole) - 20):
                with self.subTest(f"{whole[:8]} {part}"):
                    if content is model:
                        text = self.refused(self.file("cut.sav", whole[:part]), self.data)
                        self.assertIn("the package's own function: ", text)
                    else:
                        text = self.refused(self.model, self.file("cut.csv", whole[:part]))
                        self.assertIn("Supported: CSV in UTF-8", text)
                    self.assertIn(damaged, text)
                    self.assertNotIn("UTF-8 from byte", text)
        for content in ("x^2,y\n1,2\n3,4\n", "code,x\np1,1\np2,1\n", "c\np0\np1\n", "BZh9,y\n1,2\n3,4\n"):
            loaded = self.load(self.model, self.file("table.csv", content))
            self.assertEqual(len(loaded.data[0].get_data()), 2, content)
        text = self.refused(self.model, self.file("table.csv", gzip.compress(b"a,b\n1,2\n")))
        self.assertIn("it is compressed: unpack it. Supported: CSV", text)
        lz4 = self.refused(self.file("lz4.sav", b'\x04"M\x18' + bytes(40)), self.data)
        self.assertIn("LZ4", lz4)
        self.assertNotIn("damaged", lz4)

    def test_true_reasons_of_models(self):
        elsewhere = pickle.dumps(LogisticRegression()).replace(b"sklearn.linear_model._logistic", b"sklearn.linear_model._logistyk")
        own = pickle.dumps(Dropped("a")).replace(b"__main__", b"mine.own")
        gone = pickle.dumps(Dropped("a")).replace(b"Dropped", b"Droppet")
        boosted = pickle.dumps(Dropped("a"), protocol=2).replace(b"c__main__\n", b"cxgboost.sklearn\n")
        for content, parts in (
            (elsewhere, ("No module named 'sklearn.linear_model._logistyk'", "It was saved with scikit-learn")),
            (own, (
                "No module named 'mine'. If 'mine' belongs to a package, add the package to [project] dependencies of the algorithm's"
                " pyproject.toml; if it is a module of the program that saved the model, upload a folder with the model's"
                " file and its .py files",
            )),
            (boosted, (
                "No module named 'xgboost'. Add the package xgboost to [project] dependencies of the algorithm's"
                " pyproject.toml",
            )),
            (gone, ("Can't get attribute 'Droppet'", "upload a folder with the model's file and the .py file")),
            (pickle.dumps(Dropped("a"), protocol=0).replace(b"__main__", b"mine.own"), ("No module named 'mine'",)),
            (b"PK\3\4\0\xff no zip with archive/data.pkl", ("file of torch, which is not among the algorithm's packages",)),
            (b"a,b\n1,2\n", ("it is a table, not a model",)),
            (b'a,b\n1,"x,2\n', ("it is a text, not a model",)),
            (b"some words\nand some more\n", ("it is a text, not a model",)),
            (pickle.dumps(TABLE), ("it is a table, not a model",)),
            (b"gr\xf6\xdfe,b\n1,2\n", ("it is not a known kind of file",)),
            (b"PK\3\4 docProps/app.xml cut", ("it is a file of Excel or another office program: save it with pickle or joblib",)),
            (b"", ("it is empty. Supported, saved with pickle, joblib",)),
            (pickle.dumps({"a": 1}), ("it contains an object of type builtins.dict",)),
        ):
            with self.subTest(parts):
                text = self.refused(self.file("bad.sav", content), self.data)
                for reason in parts:
                    self.assertIn(reason, text)
                self.assertNotIn("There was an error deserializing", text)

    def test_what_could_be_read_is_listed_where_something_is_not_understood(self):
        tables = "Supported: CSV in UTF-8 with a comma, ;, | or : between the columns, a table of pandas"
        for content in (b"", pickle.dumps([1, 2]), b"PAR1\x15\x04\xff", b"\0\1\2\xff no format at all"):
            self.assertIn(tables, self.refused(self.model, self.file("table", content)))
        models = ("Supported, saved with pickle, joblib", "LogisticRegression", "Pipeline of sklearn")
        for name, content in (
            ("bad.sav", pickle.dumps({"a": 1})),
            ("bad.sav", b"a,b\n1,2\n"),
            ("bad.sav", b"PAR1\x15\x04\xff"),
            ("bad.sav", b"\0\1\2\xff no format at all"),
            ("bad.png", b"an image"),
            ("bad.sav", pickle.dumps(StandardScaler())),
        ):
            with self.subTest(content):
                text = self.refused(self.file(name, content), self.data)
                for part in models:
                    self.assertEqual(text.count(part), 1, text)
                self.assertIn("and, if the algorithm requires their package, models of xgboost, torch, tensorflow", text)
                self.assertNotRegex(text, "There was an error|[A-Z][a-z]+(Manager|Metadata)|Plugin")

    def test_a_folder_without_files(self):
        (self.directory / "none").mkdir()
        for reason, name in (
            ("without files", None),
            ("with only hidden files, whose names begin with a dot", ".hidden"),
            ("with only Python files, without a model file", "own.py"),
        ):
            if name:
                self.file(f"none/{name}", "x = 1\n")
            folder = str(self.directory / "none")
            text = self.refused(folder, self.data)
            self.assertIn(f"The model none cannot be loaded: it is a folder {reason}", text)
            self.assertIn("Supported, saved with pickle, joblib", text)
            if name != "own.py":
                text = self.refused(self.model, folder)
                self.assertIn(f"The dataset none cannot be loaded: it is a folder {reason}", text)
                self.assertIn("Supported: CSV in UTF-8", text)

    def test_a_model_of_another_version(self):
        import sklearn

        made = sklearn.__version__.encode()
        other = made[:-1] + (b"9" if made[-1:] != b"9" else b"8")
        stream = io.BytesIO()
        joblib.dump(Pipeline([("s", StandardScaler()), ("l", LogisticRegression())]).fit(NUMBERS, LABELS), stream)
        self.load(self.file("other.sav", stream.getvalue().replace(made, other)), self.file("x.csv", NUMBERS))
        self.assertEqual(
            self.warnings,
            [
                f"The model was saved with scikit-learn {other.decode()}, but is loaded with {made.decode()}:"
                " its predictions may be wrong"
            ],
        )

    def test_a_model_is_read_once(self):
        global read
        read = []
        self.load(self.file("counting.sav", Counting()), self.data)
        self.assertEqual(len(read), 1)


read = []


def counted():
    read.append(1)
    return LogisticRegression()


class Counting:
    def __reduce__(self):
        return counted, ()


class OutputsTest(unittest.TestCase):
    def convert(self, value, directory=".", given=()):
        self.warnings = []
        plain = outputs.Plain(Path(directory), given, self.warnings.append)
        converted = plain.convert(value)
        plain.finish()
        self.assertEqual(json.loads(json.dumps(converted, allow_nan=False)), converted)
        self.artifacts = list(plain.artifacts)
        return converted

    def test_no_output_is_said_in_plain_words(self):
        for output, words in ((None, "but is None (nothing)"), ([1], "but is of type list")):
            with self.assertRaisesRegex(runner.TaskError, f"output must be an object, {re.escape(words)}$"):
                runner.check_output(output, {})

    def test_values_are_those_of_the_engine(self):
        from aiverify_test_engine.utils.json_utils import remove_numpy_formats

        for value in (
            {"a": [1, 2.5, "x", None, True], 1: {2: "b"}},
            numpy.arange(6).reshape(2, 3),
            numpy.array([1.5, numpy.nan, numpy.inf, -numpy.inf]),
            numpy.array([1.5, numpy.nan, numpy.inf], dtype="f4"),
            numpy.float32(1.1),
            numpy.float32("inf"),
            [float("nan"), float("inf"), numpy.float64("nan")],
            pandas.Series([1, 2], dtype="Int64"),
            pandas.DataFrame({"a": [1, 2], "b": ["x", "y"]}),
            numpy.array([["a", None], [1, 2.5]], dtype=object),
            numpy.array(3.5),
            numpy.ma.MaskedArray([1, 2], [True, False]),
        ):
            with self.subTest(value):
                self.assertEqual(self.convert(value), remove_numpy_formats(value))
                self.assertEqual(repr(self.convert(value)), repr(remove_numpy_formats(value)))

    def test_places_of_what_is_no_number(self):
        self.convert({"a/b": [1, {"~": float("nan")}], "table": pandas.DataFrame({"x": [1.0, numpy.inf]})})
        self.assertEqual(len(self.warnings), 1)
        self.assertIn("'a/b[1].~' (nan), 'table[1].x' (inf); NaN is stored as 0", self.warnings[0])
        self.convert({"many": numpy.full((300, 2), numpy.nan)})
        self.assertIn("'many[0][0]' (nan), 'many[0][1]' (nan)", self.warnings[0])
        self.assertIn(" and 580 more", self.warnings[0])

    def test_numbers_of_any_size(self):
        self.assertEqual(self.convert({"a": 2**70, "b": -(10**30)}), {"a": 2**70, "b": -(10**30)})
        self.assertEqual(self.convert([decimal.Decimal("0.5"), numpy.bool_(True), numpy.int8(-1)]), [0.5, True, -1])
        self.assertEqual(self.warnings, [])

    def test_what_is_no_json(self):
        day = datetime.date(2026, 1, 2)
        self.assertEqual(self.convert([day, (1, numpy.int64(2))]), ["2026-01-02", [1, 2]])
        self.assertEqual(self.warnings, [])
        self.assertEqual(self.convert({"s": {7}, "n": pandas.NA}), {"s": "{7}", "n": "<NA>"})
        self.assertEqual(len(self.warnings), 1)
        self.assertIn("stored as text: 's' (of type set), 'n' (of type NAType)", self.warnings[0])
        self.convert({1: "a", "1": "b"})
        self.assertEqual(self.warnings, ["The output contains members with the same name; only the last one is stored: '1'"])
        times = numpy.array(["2026-01-02"], dtype="datetime64[D]")
        self.assertEqual(self.convert({"t": numpy.timedelta64(3, "s"), "n": pandas.NaT}), {"t": "3 seconds", "n": "NaT"})
        self.assertIn("'t' (of type timedelta64), 'n' (of type NaTType)", self.warnings[0])
        self.convert({"days": times.astype("datetime64[ns]")})
        self.assertEqual(self.warnings, ["The output contains times; they are stored as numbers in the array's unit: 'days'"])
        frame = pandas.DataFrame([[1, 2, 3]], columns=["a", "b", "a"])
        self.assertEqual(self.convert({"f": frame}), {"f": [{"b": 2, "a": 3}]})
        self.assertIn("'f.a'", self.warnings[0])
        for value, kind in ((b"x", "bytes"), (1j, "complex")):
            with self.assertRaisesRegex(runner.TaskError, f"value of type {kind} at 'a.0.', which JSON does not support"):
                self.convert({"a": [value]})

    def test_the_word_of_an_enumeration_is_its_value(self):
        self.assertEqual(self.convert({"a": Kind.FAIR}), {"a": "fair"})

    def test_numbers_beyond_those_of_json(self):
        wide = numpy.longdouble("1e4000")
        most = float(numpy.finfo(float).max)
        self.assertEqual(self.convert([wide, -wide, numpy.array([wide])]), [most, -most, [most]])
        self.assertEqual(self.convert([fractions.Fraction(-(10**400)), decimal.Decimal("sNaN")]), [-most, 0.0])
        self.assertIn("'[0]' (-inf), '[1]' (nan)", self.warnings[0])
        self.assertEqual(self.convert([10**1000 - 1]), [10**1000 - 1])
        with self.assertRaisesRegex(runner.TaskError, "an integer of more than 1000 digits at 'a.0.'"):
            self.convert({"a": [10**1000]})

    def test_what_is_deep_or_has_no_end(self):
        deep = []
        for _ in range(199):
            deep = [deep]
        self.assertEqual(self.convert(deep), deep)
        with self.assertRaisesRegex(runner.TaskError, "more than 200 levels of nested lists and objects, at '.0..0."):
            self.convert([deep])
        deep = {}
        deep["a"] = deep
        with self.assertRaisesRegex(runner.TaskError, "more than 200 levels of nested lists and objects, at 'a.a.a"):
            self.convert(deep)

    def test_images(self):
        with tempfile.TemporaryDirectory() as directory:
            Path(directory, "plot.png").touch()
            Path(directory, "größe.png").touch()
            value = {"a": "plot.png", "b": ["größe.png", "none.png"]}
            self.assertEqual(self.convert(value, directory), value)
            self.assertEqual(self.artifacts, ["plot.png"])
            self.assertEqual(self.warnings[1:], ["The result names images that are missing in the directory output: 'none.png'"])
            self.assertIn("gateway accepts only A-Za-z0-9._/- in names: 'größe.png'", self.warnings[0])
            with tempfile.TemporaryDirectory(dir=".") as beside:
                Path(beside, "plot.png").touch()
                name = str(Path(beside, "plot.png"))
                self.assertEqual(self.convert([name], directory), [name])
                self.assertEqual(self.warnings, [f"Images are not stored, since they are not in the directory output: {name!r}"])


    def test_images_that_are_missing(self):
        with tempfile.TemporaryDirectory() as scene:
            directory, given = Path(scene, "algorithm", "output"), Path(scene, "given")
            directory.mkdir(parents=True)
            given.mkdir()
            self.addCleanup(os.chdir, os.getcwd())
            os.chdir(directory.parent)
            Path(given, "cat.png").touch()
            Path(directory, "link.png").symlink_to("/etc/hostname")
            no_artifacts = ["cat.png", str(Path(given, "cat.png")), "https://host/a.png", "see a.png", "a" * 300 + ".png"]
            missing = ["output/no.png", "none.png", "none.png", str(Path(directory, "no.svg"))]
            outside = ["link.png", "/etc/no.png", "../no.png", "a/../../no.png", "/etc/no.png"]
            self.convert([*no_artifacts[:4], *missing, *outside], directory, [given, str(Path(given, "cat.png"))])
            self.assertEqual(self.artifacts, [])
            self.assertEqual(
                self.warnings,
                [
                    "The result names images that are missing in the directory output: 'output/no.png', 'none.png',"
                    f" '{directory}/no.svg'",
                    "Images are not stored, since they are not in the directory output: 'link.png', '/etc/no.png',"
                    " '../no.png', 'a/../../no.png'",
                ],
            )
            self.convert([f"{number}.png" for number in range(30)], directory)
            self.assertTrue(self.warnings[0].endswith(", '19.png' and 10 more"), self.warnings)
            self.convert(no_artifacts[4:], directory)
            Path(directory, "a.png").touch()
            warnings = []
            kept = runner.existing(["a.png", "output/no.png", "a.png", "link.png"], Path(directory), warnings.append)
            self.assertEqual(kept, ["a.png"])
            self.assertEqual(len(warnings), 1)
            self.assertTrue(warnings[0].startswith("The result names artifacts that are missing in the directory output"))
            self.assertTrue(warnings[0].endswith(": 'output/no.png', 'link.png'"), warnings)

    def test_violations_of_the_schema_have_paths_as_warnings_have(self):
        schema = {"required": ["a"], "properties": {"rows": {"items": {"properties": {"n": {"type": "number"}}}}}}
        with self.assertRaises(runner.TaskError) as raised:
            runner.check_output({"rows": [{"n": 1}, {"n": "x"}]}, schema)
        lines = str(raised.exception).splitlines()[1:]
        self.assertEqual(lines, ["'a' is a required property", "rows[1].n: 'x' is not of type 'number'"])


class FailuresTest(unittest.TestCase):
    def setUp(self):
        self.scene = tempfile.TemporaryDirectory()
        self.addCleanup(self.scene.cleanup)
        self.root = Path(self.scene.name)
        (self.root / "authored").mkdir()
        sys.path.insert(0, str(self.root))
        self.addCleanup(sys.path.remove, str(self.root))

    def failure(self, offline=False, **files):
        """Imports the package's algo.py like the runner, and returns the text of the exception."""
        for name, content in files.items():
            (self.root / "authored" / f"{name}.py").write_text(content)
        for name in [name for name in sys.modules if name.partition(".")[0] == "authored"]:
            del sys.modules[name]
        importlib.invalidate_caches()
        algorithm = runner.LoadedAlgorithm.__new__(runner.LoadedAlgorithm)
        algorithm.source = self.root / "authored"
        try:
            algorithm.plugin_class()
            self.fail("it could be imported")
        except BaseException as error:
            text = failures.described(error.with_traceback(error.__traceback__.tb_next), self.root, offline)
        self.assertNotRegex(text, "importlib|runner.py|plugin_class|" + self.scene.name)
        return text

    def test_a_mistake_in_the_grammar_shows_the_authors_line(self):
        text = self.failure(algo="import json\n\ndef broken(:\n    pass\n").splitlines()
        self.assertEqual(text[0], "SyntaxError: invalid syntax, in authored/algo.py, line 3")
        self.assertEqual((text[1], text[2].strip(" "), text[3:]), ("    def broken(:", "^", []))

    def test_a_mistake_in_the_grammar_of_another_file(self):
        text = self.failure(algo="x = 1\nfrom authored import more\n", more="def f():\nreturn 1\n").splitlines()
        self.assertTrue(text[0].startswith("IndentationError: expected an indented block"), text)
        self.assertTrue(text[0].endswith(", in authored/more.py, line 2"), text)
        self.assertEqual(
            text[1:6],
            [
                "Traceback (most recent call last):",
                '  File "authored/algo.py", line 2, in <module>',
                "    from authored import more",
                '  File "authored/more.py", line 2',
                "    return 1",
            ],
        )
        self.assertNotIn("Error:", "".join(text[1:]))

    def test_imports_that_fail(self):
        text = self.failure(algo="from authored import more\n", more="import no_such_module\n").splitlines()
        self.assertEqual(text[:3], [
            "ModuleNotFoundError: No module named 'no_such_module'",
            "Add the package that contains 'no_such_module' to [project] dependencies of the algorithm's pyproject.toml.",
            "Traceback (most recent call last):",
        ])
        self.assertEqual([line for line in text if "File" in line], [
            '  File "authored/algo.py", line 1, in <module>',
            '  File "authored/more.py", line 1, in <module>',
        ])

    def test_which_modules_belong_into_the_dependencies(self):
        hint = " to [project] dependencies"
        optional = "try:\n    import no_such_module\nexcept ImportError as e:\n    raise {}('pip install it'){}\n"
        for hinted, algo in (
            (True, "import no_such_module.part\n"),
            (True, optional.format("ImportError", "")),
            (False, optional.format("ImportError", " from None")),
            (False, optional.format("ValueError", "")),
            (False, "import pandas.no_such_part\n"),
            (False, "import distutils.no_such_part\n"),
            (False, "import algo\n"),
            (False, "from authored import no_such_part\n"),
            (False, "import authored.no_such_part\n"),
            (False, "raise ModuleNotFoundError()\n"),
            (False, "raise ValueError('No module named it')\n"),
        ):
            with self.subTest(algo):
                self.assertEqual(self.failure(algo=algo).count(hint), hinted)

    def test_a_run_without_network_says_so(self):
        hint = (
            "\nA run has no network: put the files that it needs into the algorithm's folder or the data."
            "\nTraceback"
        )
        socket = "import socket\ns = socket.socket()\ns.settimeout(5)\n"
        for hinted, algo in (
            (True, "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:1/')\n"),
            (True, "try:\n    raise __import__('socket').gaierror(-3, 'Temporary failure')\n"
                   "except OSError as e:\n    raise ValueError('no data') from e\n"),
            (True, socket + "s.connect(('127.0.0.1', 1))\n"),
            (True, "raise OSError(101, 'Network is unreachable')\n"),
            (True, "raise OSError(97, 'Address family not supported by protocol')\n"),
            (True, "def connect():\n    raise PermissionError(13, 'Permission denied')\nimport x_socket\n"),
            (False, "open('/proc/1/mem')\n" if os.getuid() else "raise PermissionError(13, 'Permission denied', 'file')\n"),
            (False, "raise PermissionError(13, 'Permission denied')\n"),
            (False, "raise OSError(28, 'No space left on device')\n"),
            (False, "raise OSError('network')\n"),
        ):
            with self.subTest(algo):
                more = "def connect(): raise PermissionError(1, 'Operation not permitted')\nclass s: connect = connect\ns.connect()\n"
                (self.root / "x_socket.py").write_text(more)
                self.addCleanup(sys.modules.pop, "x_socket", None)
                self.assertEqual(self.failure(offline=True, algo=algo).count(hint), hinted)
                self.assertNotIn("no network", self.failure(algo=algo))

    def test_exceptions_that_led_to_others(self):
        text = self.failure(algo="try:\n    1 / 0\nexcept Exception as e:\n    raise RuntimeError('both') from e\n")
        self.assertTrue(text.startswith("RuntimeError: both\nTraceback"), text)
        self.assertIn("ZeroDivisionError: division by zero\n\nThe above exception was the direct cause", text)
        self.assertEqual(text.count('File "authored/algo.py"'), 2)

    def test_files_of_packages_are_named_from_the_package_on(self):
        text = self.failure(algo="import pandas\npandas.DataFrame({'a': [1]})['b']\n")
        self.assertTrue(text.startswith("KeyError: 'b'\n"), text)
        self.assertIn('  File "pandas/core/frame.py", line ', text)
        self.assertNotIn("site-packages", text)

    def test_frames_of_libraries_are_left_out_where_they_are_many(self):
        algo = "import urllib.request\n\ndef get(opener):\n    opener.open('http://127.0.0.1:1/')\n"
        text = self.failure(algo=algo + "\nget(urllib.request.build_opener(urllib.request.ProxyHandler({})))\n")
        self.assertRegex(text, r"\n  \.\.\. \d frames in urllib/request\.py, http/client\.py, socket\.py\n  File \"socket\.py\", line")
        self.assertRegex(text, r'\n  \.\.\. \d frames in urllib/request\.py\n  File "urllib/request\.py", line \d+, in do_open\n')
        self.assertIn('File "authored/algo.py", line 4, in get\n    opener.open(', text)
        self.assertLess(len(text.splitlines()), 30, text)
        self.assertNotIn(os.path.dirname(os.__file__), text)
        calling = "import functools\n\ndef add(a, b):\n    return a.x\n\nfunctools.reduce(add, [1, 2])\nsorted([1], key=add)\n"
        self.assertNotIn("...", self.failure(algo=calling))
        many = "".join(f"def f{n}():\n    f{n + 1}()\n\n" for n in range(6)) + "def f6():\n    1 / 0\n\nf0()\n"
        self.assertEqual(self.failure(algo=many).count("authored/algo.py"), 8)

    def test_exceptions_that_cannot_be_asked(self):
        text = self.failure(algo="class Odd(Exception):\n    def __str__(self):\n        raise SystemExit(0)\nraise Odd()\n")
        self.assertTrue(text.startswith("authored.algo.Odd: <exception"), text)


class RequirementsTest(unittest.TestCase):
    def refused(self, **project):
        with self.assertRaises(requirements.Problem) as raised:
            requirements.declared({name.replace("_", "-"): value for name, value in project.items()})
        return str(raised.exception)

    def test_the_place_in_a_requirement_that_is_not_understood(self):
        for line, words in (
            ("nump y", "the requirement 'nump y' is wrong from 'y' on; allowed: a name, extras"),
            ("numpy >=1 <2", "<2' on; allowed"),
            ("==1", "'==1' is wrong from '==1' on; allowed"),
            ("", "'' is wrong: it ends too early; allowed"),
        ):
            self.assertIn(words, self.refused(dependencies=[line]))

        class Syntax(Exception):  # of newer copies of packaging
            source, span = "nump y", (5, 5)

        error = ValueError("Expected end or semicolon\n    nump y\n         ^")
        self.assertEqual(requirements.place(error), f": {error}")
        error.__cause__ = Syntax()
        self.assertEqual(requirements.place(error), " from 'y' on")

    def test_another_python_names_the_settings(self):
        text = self.refused(requires_python=">=3.99")
        self.assertTrue(text.startswith("The algorithm requires Python >=3.99, but the worker uses 3.1"), text)
        self.assertRegex(text, "Python 3.10, 3.11 or 3.12 can be set with PYTHON, or for images with WORKER_BASE_IMAGE")


class Kind(str, enum.Enum):
    FAIR = "fair"


if __name__ == "__main__":
    os.chdir(tempfile.gettempdir())
    unittest.main(verbosity=0)
