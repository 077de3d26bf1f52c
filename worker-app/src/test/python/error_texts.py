"""Prints the error texts in the Python sources of the modules, each with its file.

    python3 worker-app/src/test/python/error_texts.py

The texts are the messages of raised exceptions, and texts of at least four words that functions return. A part that is
known only at run time reads "…". Output: one line for each text, file and text separated by a tab.
"""

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
GAP = "…"
INTERNAL = {"ValueError", "OSError", "StopIteration", "AssertionError", "ImportError"}
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-.\d]*[a-z]")
WORD = re.compile(r"[^\W\d_]{2,}")


def text_of(node, constants):
    """Returns the text that an expression makes, with gaps; only a gap if it is no text."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part, constants) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return text_of(node.value, constants) if isinstance(node.value, ast.Name) else GAP
    if isinstance(node, ast.Name) and node.id in constants:
        return text_of(constants[node.id], {})
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return text_of(node.left, constants) + text_of(node.right, constants)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return PLACEHOLDER.sub(GAP, text_of(node.left, constants))
    return GAP


def variants(node):
    """Yields the alternatives of a conditional expression, else the expression."""
    if isinstance(node, ast.IfExp):
        yield from variants(node.body)
        yield from variants(node.orelse)
    else:
        yield node


def texts(source):
    """Yields the error texts of a source."""
    tree = ast.parse(source)
    constants = {
        target.id: node.value
        for node in tree.body if isinstance(node, ast.Assign)
        for target in node.targets if isinstance(target, ast.Name) and isinstance(node.value, (ast.Constant, ast.JoinedStr))
    }
    for node in ast.walk(tree):
        found, least = [], 2
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            name = node.exc.func.id if isinstance(node.exc.func, ast.Name) else ""
            if name not in INTERNAL:
                found = list(variants(node.exc.args[0]))
        elif isinstance(node, ast.Return) and node.value is not None:
            found, least = list(variants(node.value)), 4
        for each in found:
            text = " ".join(text_of(each, constants).split())
            if len(WORD.findall(text)) >= least:
                yield text


if __name__ == "__main__":
    for path in sorted(ROOT.glob("worker-*/src/main/**/*.py")):
        if "samples" not in path.parts:
            for each in sorted(set(texts(path.read_text(encoding="utf-8")))):
                sys.stdout.write(f"{path.relative_to(ROOT)}\t{each}\n")
