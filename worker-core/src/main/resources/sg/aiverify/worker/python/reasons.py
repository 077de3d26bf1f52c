"""Explains to the user who uploaded a model or a dataset why the file cannot be read, and what to do.

Reads files without executing them, except in `broken_modules`.
"""

import codecs
import contextlib
import csv
import json
import os
import pickletools
import re
import sys
import zlib
from pathlib import Path

runner = sys.modules["aiverify_worker_runner"]

TABLES = (
    "CSV in UTF-8 with a comma, ;, | or : between the columns, a table of pandas saved with pickle or joblib, and"
    " images (.png, .jpg, .jpeg), alone or in a folder"
)

OPTIONAL = ("xgboost", "lightgbm", "torch", "tensorflow")  # packages whose models the engine reads if installed

MAX_NAMES = 20
MAX_NAME_LETTERS = 100
HEAD_BYTES = 4096
TRIED_LINES = 20
CONTROLS = set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b")
SCANNED_BYTES = 64 * 1024 * 1024
MEMORY = 64 * 1024 * 1024

KINDS = {
    b"\xff\xfe": "a text in UTF-16",
    b"\xfe\xff": "a text in UTF-16",
    b"PAR1\x15": "a Parquet file",
    b"ARROW1\0\0": "a Feather file",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "a file of Excel or another office program",
    b"%PDF-": "a PDF document",
    b"SQLite format 3\0": "an SQLite database",
    b"\x93NUMPY": "a NumPy file, whose arrays have no column names",
}
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
HDF = b"\x89HDF"
ZIP = (b"PK\3\4", b"PK\5\6")
LZ4 = b'\x04"M\x18'
OFFICE_NAMES = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"xl/", b"application/vnd.oasis.opendocument")
OFFICE_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".ods")
TORCH_NAMES, TORCH_SUFFIXES = (b"/data.pkl",), (".pt", ".pth")
KERAS_NAMES, KERAS_SUFFIXES = (b"metadata.json", b"config.json", b"model.weights.h5"), (".keras", ".h5")
HTML = re.compile(rb"<(!doctype|html|\?xml|!--|table[\s>])", re.IGNORECASE)
# The first member of an object, alone or in lists. Some programs write the name with single quotes, as Python does.
JSON = re.compile(rb"""[\[\s]*\{\s*["'](?:[^"'\\]|\\.)*["']\s*:""")
JSON_CUT = re.compile(r"\s*[\w.+-]*\s*")  # the rest of a value that was cut off
SEPARATORS = (",", ";", "|", "\t", ":")
NO_DELIMITER = "The delimiter is not supported"  # the engine's text for a delimiter that it does not support
# Pickle protocols 2 to 5, and protocol 0, which is text, if it begins with a class of a package for models and data.
KNOWN = rb"copy_reg|__builtin__|(?:pandas|numpy|sklearn|lightgbm|xgboost)[\w.]*"
PICKLE = re.compile(rb"\x80[\x02-\x05]|c(?:" + KNOWN + rb")\n\w+\np\d+\n")
COMPRESSED = re.compile(  # in one of joblib's formats
    rb"x[\x01\x5e\x9c\xda]|\x1f\x8b\x08|BZh[1-9]1AY&SY|\xfd7zXZ\0|\x5d\0\0|\x04\"M\x18"
)


def supported(what):
    """Describes the formats that the engine reads. For models, these depend on the packages in this environment."""
    if what != "model":
        return f"Supported: {TABLES}"
    from aiverify_test_engine.plugins.enums.plugin_type import PluginType
    from aiverify_test_engine.plugins.plugins_manager import PluginManager

    known = {}
    for kind in (PluginType.MODEL, PluginType.PIPELINE):
        for module in PluginManager._get_plugins_by_type(kind).values():
            for name in getattr(module.Plugin, "_supported_algorithms", ()):
                known.setdefault(name.partition(".")[0], {})[name.rpartition(".")[2]] = True
    names = [f"{', '.join(names)} of {package}" for package, names in known.items()]
    names += [f"models of {package}" for package in ("torch", "tensorflow") if package in sys.modules]
    absent = [package for package in OPTIONAL if package not in known and package not in sys.modules]
    if absent:
        names.append(f"and, if the algorithm requires their package, models of {', '.join(absent)}")
    return f"Supported, saved with pickle, joblib or the package's own function: {'; '.join(names)}"


def why_unfit(content, what):
    """Explains why a loaded object cannot be used. Returns None if the reason is not known."""
    import pandas

    kind = f"{type(content).__module__}.{type(content).__qualname__}"
    if callable(getattr(content, "predict", None)) and what != "model":
        return f"it is a model of type {kind}, not a table. {supported(what)}"
    if isinstance(content, pandas.DataFrame) and what == "model":
        return no_model("a table")
    if callable(getattr(content, "predict", None)):
        return f"it contains an object of type {kind}, but a folder must contain a pipeline: upload the file alone"
    if isinstance(content, pandas.DataFrame) and content.empty:
        return f"it contains a table without {'rows' if len(content.columns) else 'columns'}"
    if hasattr(content, "get_data_path") and hasattr(content, "get_delimiter_char"):
        if content.get_delimiter_char() in ("\t", " "):
            found = "tabs" if content.get_delimiter_char() == "\t" else "spaces"
            if separates(content.get_delimiter_char(), head_of(content.get_data_path())):
                return f"its columns seem to be separated by {found}: save it with commas between them"
            return f"no columns were found in it. {supported(what)}"
        try:  # reads the file as the engine does, which ignores the exception
            frame = pandas.read_csv(content.get_data_path(), sep=content.get_delimiter_char())
        except Exception as error:
            between = content.get_delimiter_char()
            line = unclosed(content.get_data_path(), between)
            if line is not None:
                return not_closed(line)
            return f"it cannot be read as a table with '{between}' between columns: {in_short(error)}"
        return "it contains a table without rows" if frame.empty else None
    if kind.startswith("aiverify_test_engine."):
        return no_model("an image") if what == "model" else None
    return f"it contains an object of type {kind}, which the engine does not support. {supported(what)}"


def no_model(kind):
    return f"it is {kind}, not a model. {supported('model')}"


def unknown(path, what):
    """Explains a rejection for which the engine does not report a reason."""
    reason = "the engine does not understand it"
    if os.path.isdir(path):
        names = [file.name for file in Path(path).rglob("*") if file.is_file()]
        seen = [name for name in names if not name.startswith(".")]
        if not names:
            reason = "it is a folder without files"
        elif not seen:
            reason = "it is a folder with only hidden files, whose names begin with a dot"
        elif what == "model" and all(name.endswith(".py") for name in seen):
            reason = "it is a folder with only Python files, without a model file"
    return f"{reason}. {supported(what)}"


def why_unreadable(file, problems, path, what):
    """Selects the most helpful exception of the serializers, and explains what to do."""
    if os.path.isdir(file):
        return f"{quoted(Path(file).name)} is a folder: only files are read. {supported(what)}"
    head = head_of(file)
    if not head:
        return f"it is empty. {supported(what)}"
    kind = kind_of_file(file, what)
    if kind:
        return kind
    package = package_of(file)
    if package and not is_pickle(file):
        problem = problems.get("tensorflowserializer" if package == "tensorflow" else "pytorchserializer")
        if problem is None:
            return (
                f"it looks like a file of {package}, which is not among the algorithm's packages. {supported(what)}"
            )
        return why(problem, file, path, what)
    if is_saved(file):
        return why_not_restored(problems, file, path, what)
    if not is_text(head):
        return f"it is neither text nor a known kind of file. {supported(what)}"
    problem = problems.get("delimiterserializer") or next(iter(problems.values()))
    if isinstance(problem, csv.Error) or str(problem).startswith(NO_DELIMITER):
        return no_model("a text") if what == "model" else why_no_columns(file)
    if isinstance(problem, UnicodeDecodeError) and what == "model":
        return f"it is not a known kind of file. {supported(what)}"
    if isinstance(problem, UnicodeDecodeError):
        return f"{problem}. The text is not UTF-8 from byte {problem.start} on: save it as UTF-8"
    return why(problem, file, path, what)


def why_no_columns(file):
    """Explains why the engine finds no columns in a text."""
    lines = [unclosed(file, separator) for separator in SEPARATORS]
    line = next((line for line in lines if line is not None), None)
    return f"no columns were found in it. {supported('dataset')}" if line is None else not_closed(line)


def not_closed(line):
    return f"a quotation mark is not closed in the row that begins in line {line}"


def unclosed(file, separator):
    """Returns the number of the line where the row with an unclosed quotation mark begins. Returns None if all are closed."""
    with open(file, encoding="utf-8", errors="replace", newline="") as stream:
        rows = csv.reader(stream, delimiter=separator, strict=True)
        read = 0
        try:
            for _ in rows:
                read = rows.line_num
        except csv.Error as error:
            return read + 1 if str(error) == "unexpected end of data" else None
    return None


def why_not_restored(problems, file, path, what):
    """Explains why a pickle or joblib file cannot be read. The text of the exception helps only if the file is complete."""
    whole = is_pickle(file)
    error = problems.get("pickleserializer" if whole else "joblibserializer") or list(problems.values())[0]
    is_helpful = whole or head_of(file).startswith(LZ4) or isinstance(error, (ImportError, AttributeError))
    if is_helpful or advice(error, file, path):
        return why(error, file, path, what)
    return (
        f"it looks like a damaged or incomplete pickle or joblib file ({in_short(error)}): save or"
        f" copy it again. {supported(what)}"
    )


def why(error, file, path, what):
    """Explains a serializer's exception, and what to do. If there is no advice, lists the supported formats."""
    return f"{in_short(error)}.{advice(error, file, path) or ' ' + supported(what)}".replace("..", ".")


def kind_of_file(file, what):
    """Explains why a file is neither a table nor a model, and what to do. Returns None if the file may be one of them."""
    head = head_of(file)
    suffix = Path(file).suffix.lower()
    way = "with pickle or joblib" if what == "model" else "as CSV, in UTF-8 and with commas between the columns"
    advised = f": save it {way}. {supported(what)}"
    for start, kind in KINDS.items():
        if head.startswith(start):
            return f"it is {kind}{advised}"
    if head.startswith(PICTURES) and what == "model":
        return no_model("an image")
    if head.startswith(PICTURES) and not file.endswith((".png", ".jpg", ".jpeg")):
        return f"it is an image whose name does not end in .png, .jpg or .jpeg. {supported(what)}"
    if head.startswith(HDF) and what != "model":
        return f"it is an HDF5 file{advised}"
    if head.startswith(ZIP):
        return kind_of_zip(head, suffix, advised)
    content = unpacked(head) if is_compressed(head) else b""
    if file.lower().endswith((".tar.gz", ".tgz")) or content and is_unicode(content) and not PICKLE.match(content):
        return f"it is compressed: unpack it. {supported(what)}"
    text = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    if HTML.match(text):
        return "it is HTML or XML" + advised
    if is_json(text):
        return "it is JSON" + advised
    return None


def kind_of_zip(head, suffix, advised):
    """Explains what a zip archive contains, from the names at its start. Returns None if it may be a model of a package."""
    if any(name in head for name in OFFICE_NAMES) or suffix in OFFICE_SUFFIXES:
        return "it is a file of Excel or another office program" + advised
    if b".npy" in head:
        return "it is a NumPy file, whose arrays have no column names" + advised
    if any(name in head for name in (*TORCH_NAMES, *KERAS_NAMES)) or suffix in (*TORCH_SUFFIXES, *KERAS_SUFFIXES):
        return None
    return "it is a zip archive" + advised


def package_of(file):
    """Returns the package in whose own format a file seems to be. Returns None if the format is another one."""
    head, suffix = head_of(file), Path(file).suffix.lower()
    if head.startswith(HDF) or suffix in KERAS_SUFFIXES:
        return "tensorflow"
    if suffix in TORCH_SUFFIXES or head.startswith(ZIP) and any(name in head for name in TORCH_NAMES):
        return "torch"
    return "tensorflow" if head.startswith(ZIP) else None


def is_saved(file):
    """Returns whether a file looks like a pickle or joblib file, complete or not."""
    head = head_of(file)
    return bool(PICKLE.match(head)) or is_compressed(head) or is_pickle(file)


def is_compressed(head):
    """Returns whether a file is compressed in one of joblib's formats."""
    return bool(COMPRESSED.match(head)) and not is_unicode(head)


def unpacked(head):
    """Decompresses the start of a compressed file as far as possible."""
    with contextlib.suppress(zlib.error):
        return zlib.decompressobj(47).decompress(head, HEAD_BYTES)
    with contextlib.suppress(ImportError, OSError):
        import bz2  # not in every Python

        return bz2.BZ2Decompressor().decompress(head, HEAD_BYTES)
    with contextlib.suppress(ImportError):
        import lzma

        with contextlib.suppress(lzma.LZMAError):
            return lzma.LZMADecompressor(memlimit=MEMORY).decompress(head, HEAD_BYTES)
    return b""


def is_unicode(head):
    """Returns whether the start of a file is UTF-8 text. The last character may be incomplete."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
        return is_text(head)
    except UnicodeDecodeError:
        return False


def separates(separator, head):
    """Returns whether a separator divides the first lines, at least two, into the same number of columns."""
    lines = head.splitlines()
    if len(head) == HEAD_BYTES:
        lines.pop()  # this line is incomplete
    between = None if separator == " " else separator.encode()
    columns = [len(line.split(between)) for line in lines[:TRIED_LINES] if line.strip()]
    return len(columns) > 1 and columns[0] > 1 and len(set(columns)) == 1 and is_text(head)


def is_text(head):
    """Returns whether the start of a file is free of control characters that texts do not contain."""
    return not set(head) & CONTROLS


def head_of(file):
    with open(file, "rb") as stream:
        return stream.read(HEAD_BYTES)


def is_json(text):
    """Returns whether a text begins with a list or object in JSON. A table's header with such a column name does not count."""
    if JSON.match(text):
        return True
    if not text.startswith((b"[", b"{")):
        return False
    text = text.decode("utf-8", "replace")
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except json.JSONDecodeError as error:  # the text may be incomplete
        return error.msg.startswith("Unterminated string") or bool(JSON_CUT.fullmatch(text[error.pos :]))
    except RecursionError:
        return True
    return not text[end:].lstrip(" ").startswith(SEPARATORS)


def is_pickle(file):
    """Returns whether a file is a complete pickle, without executing it."""
    try:
        with open(file, "rb") as stream:
            for _ in pickletools.genops(stream):  # raises ValueError if the end of the pickle is missing
                pass
            return not stream.read(1)
    except Exception:  # another file, such as a table whose first letters are also codes of pickle
        return False


def advice(error, file, path):
    """Returns advice for the user about an exception of a serializer; empty if there is none."""
    if isinstance(error, ModuleNotFoundError) and str(error.name).partition(".")[0] == "sklearn":
        return other_version(file)
    if isinstance(error, ModuleNotFoundError) and os.path.isdir(path):
        return broken_modules(path)
    if isinstance(error, ModuleNotFoundError):
        module = str(error.name).partition(".")[0]
        dependencies = runner.sibling("failures").DEPENDENCIES
        if module in OPTIONAL:
            return f" Add the package {module} to {dependencies}"
        return (
            f" If {quoted(module)} belongs to a package, add the package to {dependencies}; if it is a module of the"
            " program that saved the model, upload a folder with the model's file and its .py files"
        )
    if isinstance(error, AttributeError) and "sklearn" in str(error):
        return other_version(file)
    if isinstance(error, AttributeError) and "Can't get attribute" in str(error):
        broken = broken_modules(path) if os.path.isdir(path) else ""
        return broken or (
            " It was saved by a program with its own class or function: upload a folder with the model's file and"
            " the .py file that defines it"
        )
    if isinstance(error, (ValueError, TypeError, KeyError, ImportError)) and made_with_another(file):
        return other_version(file)
    return ""


def other_version(file):
    """Explains that a model was saved with another version of scikit-learn. Names the version if the file contains it."""
    import sklearn

    made = made_with(file)
    return (
        f" It was saved with {f'scikit-learn {made}' if made else 'another version of scikit-learn'}, but the worker"
        f" has {sklearn.__version__}: save it again with this version"
    )


def made_with_another(file):
    """Returns whether a model was saved with another version of scikit-learn. False if the file contains no version."""
    import sklearn

    return made_with(file) not in (None, sklearn.__version__)


def made_with(file):
    """Returns the version of scikit-learn in a pickle, without executing the pickle. Returns None if it has no version."""
    try:
        if os.path.getsize(file) > SCANNED_BYTES:
            return None
        with open(file, "rb") as stream:
            wanted = False
            for code, value, _ in pickletools.genops(stream):
                if wanted and isinstance(value, str):
                    return value if len(value) < 30 else None
                if value == "_sklearn_version":
                    wanted = True
    except Exception:  # the file is compressed, or is not a pickle
        return None
    return None


def broken_modules(folder):
    """Names a .py file of a pipeline's folder that cannot be imported. The engine does not report such files."""
    from aiverify_test_engine.utils.import_modules import create_module_spec, import_module_from_spec

    for file in sorted(Path(folder).rglob("*.py")):
        if "__" in file.stem:
            continue
        try:
            import_module_from_spec(create_module_spec(file.stem, str(file)))
        except Exception as error:
            return f" Its file {quoted(file.name)} cannot be imported: {in_short(error)}"
    return ""


def quoted(name):
    text = str(name)
    return f"'{text if len(text) <= MAX_NAME_LETTERS else text[:MAX_NAME_LETTERS] + '...'}'"


def listed(names):
    """Lists names. If there are many, lists only the first ones and the number of the others."""
    names = list(names)
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    return ", ".join(map(quoted, names[:MAX_NAMES])) + more


def in_short(error):
    """Returns the text of an exception, with the exception's type unless the text is clear without it."""
    text = str(error).strip()
    if isinstance(error, (ModuleNotFoundError, UnicodeDecodeError, UserWarning)):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
