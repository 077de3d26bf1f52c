"""Says why a model or data cannot be read, in words for who submitted them, and what to do about it.

Reads files, and runs nothing of them but in `broken_modules`.
"""

import json
import os
import pickletools
import sys
from pathlib import Path

TABLES = (
    "CSV in UTF-8 with a comma, ;, | or : between the columns, a table of pandas saved with pickle or joblib, and"
    " images (.png, .jpg, .jpeg), alone or in a folder"
)

MAX_NAMES = 20
MAX_NAME_LETTERS = 100
HEAD_BYTES = 4096
TRIED_LINES = 20
CONTROLS = set(range(32)) - set(b"\t\n\v\f\r\x1a\x1b")
SCANNED_BYTES = 64 * 1024 * 1024


def supported(what):
    """Says what the engine reads, of models what its plug-ins know in this environment."""
    if what != "model":
        return f"Supported are {TABLES}"
    from aiverify_test_engine.plugins.enums.plugin_type import PluginType
    from aiverify_test_engine.plugins.plugins_manager import PluginManager

    known = {}
    for kind in (PluginType.MODEL, PluginType.PIPELINE):
        for module in PluginManager._get_plugins_by_type(kind).values():
            for name in getattr(module.Plugin, "_supported_algorithms", ()):
                known.setdefault(name.partition(".")[0], {})[name.rpartition(".")[2]] = True
    names = [f"{', '.join(names)} of {package}" for package, names in known.items()]
    names += [f"models of {package}" for package in ("torch", "tensorflow") if package in sys.modules]
    return f"Supported are, saved with pickle or joblib, or by their package's own way: {'; '.join(names)}"


def why_unfit(content, what):
    """Says why what was read is of no use; None if that is not known."""
    import pandas

    kind = f"{type(content).__module__}.{type(content).__qualname__}"
    if callable(getattr(content, "predict", None)):
        return f"it holds an object of type {kind}, and in a folder only pipelines are supported: upload the file alone"
    if isinstance(content, pandas.DataFrame) and content.empty:
        return f"it holds a table without {'rows' if len(content.columns) else 'columns'}"
    if hasattr(content, "get_data_path") and hasattr(content, "get_delimiter_char"):
        if content.get_delimiter_char() in ("\t", " "):
            found = "tabs" if content.get_delimiter_char() == "\t" else "spaces"
            if separates(content.get_delimiter_char(), head_of(content.get_data_path())):
                return f"its columns seem to be separated by {found}: save it with commas between them"
            return f"no columns can be found in it. {supported(what)}"
        try:  # the engine reads it in this way, and drops the exception
            frame = pandas.read_csv(content.get_data_path(), sep=content.get_delimiter_char())
        except Exception as error:
            between = content.get_delimiter_char()
            return f"it cannot be read as a table with '{between}' between columns: {in_short(error)}"
        return "it holds a table without rows" if frame.empty else None
    if kind.startswith("aiverify_test_engine."):
        return no_model("an image") if what == "model" else None
    return f"it holds an object of type {kind}, which the engine does not support. {supported(what)}"


def no_model(kind):
    return f"it is {kind} and no model. {supported('model')}"


def unknown(path, what):
    """Says what there is to say of what the engine refuses without a reason."""
    if os.path.isdir(path) and not any(files for _, _, files in os.walk(path)):
        return "it is a folder without files"
    return f"the engine does not understand it. {supported(what)}"


def why_unreadable(file, problems, path, what):
    """Picks the most telling of the exceptions that the serializers raised, and says what to do."""
    if os.path.isdir(file):
        return f"{quoted(Path(file).name)} is a folder: only files are read"
    head = head_of(file)
    if not head:
        return "it is empty"
    kind = kind_of_file(file, what)
    if kind:
        return kind
    if is_pickle(file):
        name = "pickleserializer"
    elif b"\0" not in head and not head.startswith((b"\x80", b"(", b"]", b"}", b"x\x9c")):
        name = "delimiterserializer"
        suffix = Path(file).suffix.lower()
        if suffix in (".h5", ".keras") or "delimiterserializer" not in problems:
            name = next(iter(problems))
    elif head.startswith(b"\x89HDF") or Path(file).suffix.lower() in (".h5", ".keras"):
        name = "tensorflowserializer"
    elif head.startswith(b"PK") or Path(file).suffix.lower() in (".pt", ".pth"):
        name = "pytorchserializer"
    elif head.startswith((b"\x80", b"(", b"]", b"}")):
        name = "pickleserializer"
    else:
        name = "joblibserializer"
    if isinstance(problems.get(name), UnicodeDecodeError) and not is_text(head):
        return f"it is neither a text nor a file of a known kind. {supported(what)}"
    if name not in problems and name in ("tensorflowserializer", "pytorchserializer"):
        package = "tensorflow" if name.startswith("tensor") else "torch"
        return f"it looks like a file of {package}, which is not among the algorithm's packages"
    return why(problems.get(name) or list(problems.values())[0], file, path, what)


def why(error, file, path, what):
    """Says what a serializer's exception means, and what to do; what could be read where it says too little."""
    return f"{in_short(error)}.{advice(error, file, path) or ' ' + supported(what)}".replace("..", ".")


def kind_of_file(file, what):
    """Says what a file is that is neither a table nor a model, and what to do; None if it could be either."""
    head = head_of(file)
    text = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    line = text.split(b"\n", 1)[0].strip()
    way = "with pickle or joblib" if what == "model" else "as CSV, in UTF-8 and with commas between the columns"
    advised = f": save it {way}. {supported(what)}"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "it is a text in UTF-16" + advised
    if head.startswith(b"PAR1"):
        return "it is a Parquet file" + advised
    if head.startswith(b"PK") and b"[Content_Types].xml" in head:
        return "it is a file of Excel or the like" + advised
    if head.startswith(b"\x93NUMPY") or head.startswith(b"PK") and b".npy" in head:
        return "it holds arrays of numpy without names for the columns" + advised
    if head.startswith(b"\x1f\x8b") and file.lower().endswith((".csv.gz", ".tsv.gz", ".txt.gz", ".tar.gz", ".tgz")):
        return "it is compressed: unpack it"
    if text.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "it is HTML or XML" + advised
    if line in (b"{", b"[") or is_json(line):
        return "it is JSON" + advised
    return None


def separates(separator, head):
    """Tells whether a separator divides the first lines of a text into as many columns each, two lines at least."""
    lines = head.splitlines()
    if len(head) == HEAD_BYTES:
        lines.pop()  # is cut
    between = None if separator == " " else separator.encode()
    columns = [len(line.split(between)) for line in lines[:TRIED_LINES] if line.strip()]
    return len(columns) > 1 and columns[0] > 1 and len(set(columns)) == 1 and is_text(head)


def is_text(head):
    """Tells whether there are no control characters in the start of a file but those of texts."""
    return not set(head) & CONTROLS


def head_of(file):
    with open(file, "rb") as stream:
        return stream.read(HEAD_BYTES)


def is_json(line):
    try:
        return isinstance(json.loads(line), (dict, list))
    except ValueError:
        return False


def is_pickle(file):
    """Tells whether a file is a pickle, all of it, without running any of it."""
    try:
        with open(file, "rb") as stream:
            for _ in pickletools.genops(stream):  # which raises ValueError unless it comes to the end of a pickle
                pass
            return not stream.read(1)
    except Exception:  # the first letters of a table happen to be codes
        return False


def advice(error, file, path):
    """Says what the submitter can do about an exception of a serializer."""
    if isinstance(error, UnicodeDecodeError):
        return f" The text is not UTF-8 from byte {error.start} on: save it as UTF-8"
    if isinstance(error, ModuleNotFoundError) and str(error.name).partition(".")[0] == "sklearn":
        return other_version(file)
    if isinstance(error, ModuleNotFoundError) and os.path.isdir(path):
        return broken_modules(path)
    if isinstance(error, ModuleNotFoundError):
        return (
            f" It was saved by a program with a module of its own, {quoted(error.name)}, or with a package that the"
            " algorithm does not require: upload a folder with the model's file and its .py files"
        )
    if isinstance(error, AttributeError) and "sklearn" in str(error):
        return other_version(file)
    if isinstance(error, AttributeError) and "Can't get attribute" in str(error):
        broken = broken_modules(path) if os.path.isdir(path) else ""
        return broken or (
            " It was saved by a program with a class or function of its own: upload a folder with the model's file and"
            " the .py file that defines it"
        )
    if isinstance(error, (ValueError, TypeError, KeyError, ImportError)) and made_with(file):
        return other_version(file)
    return ""


def other_version(file):
    """Says that a model is of another scikit-learn, with its version where the file tells."""
    import sklearn

    made = made_with(file)
    return (
        f" It was saved with {f'scikit-learn {made}' if made else 'another version of scikit-learn'}, here is"
        f" {sklearn.__version__}: save it again with this version"
    )


def made_with(file):
    """Finds the version of scikit-learn that a pickle names, without running any of it; None if it names none."""
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
    except Exception:  # compressed, or no pickle
        return None
    return None


def broken_modules(folder):
    """Says which .py files of a pipeline's folder cannot be imported, which the engine keeps to itself."""
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
    """Lists names, the first of them only if there are many."""
    names = list(names)
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    return ", ".join(map(quoted, names[:MAX_NAMES])) + more


def in_short(error):
    """Gives the words of an exception, with its type where they say little."""
    text = str(error).strip()
    if isinstance(error, (ModuleNotFoundError, UnicodeDecodeError, UserWarning)):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
