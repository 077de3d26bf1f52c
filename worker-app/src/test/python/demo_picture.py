"""Draws docs/demo.svg from a real run of the demo. Needs Python 3, Linux, and the jar that Maven has built.

The demo runs in a terminal of 100 columns. The picture shows what is on that screen at the end, from the first
run on: the steps before it name ports of this machine. Only the times differ from one run to the next.
"""

import html
import os
import pty
import re
import struct
import sys
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ

ROOT = Path(__file__).resolve().parents[4]
JAR = Path("worker-app/target/aiverify-worker.jar")
PICTURE = ROOT / "docs" / "demo.svg"
COLUMNS = 100

# Sizes in pixels.
FONT, CHARACTER, LINE, MARGIN = 13, 7.8, 18, 16
COLOURS = {"": "#d6d9dd", "2": "#949ba4", "32": "#7ac98f", "33": "#e3bd6f", "1;31": "#ff8078"}
FIRST_RUN = re.compile(r"\[[# ]{30}]")
ESCAPE = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])")


def main():
    """Runs the demo and writes the picture; ends with 1 if the demo fails."""
    command = ["java", "-jar", str(JAR), "demo"]
    output, code = run(command)
    lines = screen(output)
    if code != 0:
        sys.exit(f"The demo ended with {code}:\n" + "\n".join("".join(c for c, _ in line) for line in lines))
    first = next(i for i, line in enumerate(lines) if FIRST_RUN.search("".join(c for c, _ in line)))
    prompt = [(c, "2") for c in "$ "] + [(c, "") for c in " ".join(command)]
    PICTURE.write_text(svg([prompt, *lines[first:]]), encoding="utf-8")
    print(f"Wrote {PICTURE}")


def run(command):
    """Runs a command in a terminal of its own; returns what it wrote there and its exit code."""
    child, terminal = pty.fork()
    if child == 0:
        ioctl(1, TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
        os.chdir(ROOT)
        os.environ["TERM"] = "xterm"
        os.environ.pop("NO_COLOR", None)
        os.execvp(command[0], command)
    output = bytearray()
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # Linux says so when the last writer has gone.
            part = b""
        if not part:
            break
        output += part
    return output.decode("utf-8"), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def screen(output):
    """Returns the lines that a terminal shows in the end, each a list of characters with their style.

    Knows what the demo uses: line ends, styles, "up" (A) and "clear the line" (2K). Anything else is a ValueError.
    """
    lines, row, style, at = [[]], 0, "", 0
    while at < len(output):
        escape = ESCAPE.match(output, at)
        if escape:
            at = escape.end()
            value, kind = escape.groups()
            if kind == "m":
                style = "" if value == "0" else value
            elif kind == "A":
                row -= int(value)
            elif kind == "K" and value == "2":
                lines[row] = []
            else:
                raise ValueError(f"unknown escape sequence {escape.group()!r}")
            continue
        character, at = output[at], at + 1
        if character == "\n":
            row += 1
            if row == len(lines):
                lines.append([])
        elif character != "\r":
            lines[row].append((character, style))
    while lines and not lines[-1]:
        lines.pop()
    return lines


def svg(lines):
    """Returns the picture of lines, each a list of characters with their style."""
    width = round(COLUMNS * CHARACTER + 2 * MARGIN)
    height = len(lines) * LINE + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        ' role="img">',
        "<title>Output of the demo</title>",
        f'<rect width="{width}" height="{height}" rx="8" fill="#1f2328"/>',
        f'<g font-family="ui-monospace, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="{FONT}">',
    ]
    for row, line in enumerate(lines):
        y = MARGIN + row * LINE + FONT
        for start, text, style in pieces(line):
            bold = ' font-weight="bold"' if style.startswith("1;") else ""
            # The length is given, so that columns meet in any font.
            parts.append(
                f'<text x="{MARGIN + start * CHARACTER:.1f}" y="{y}" textLength="{len(text) * CHARACTER:.1f}"'
                f' fill="{COLOURS[style]}"{bold}>{html.escape(text, quote=False)}</text>'
            )
    return "\n".join([*parts, "</g>", "</svg>", ""])


def pieces(line):
    """Yields the texts of a line of one style without a gap of two spaces: their column, text and style."""
    styles = [style for _, style in line]
    text = "".join(character for character, _ in line)
    for match in re.finditer(r"\S+(?: \S+)*", text):
        start = match.start()
        for at in range(match.start() + 1, match.end() + 1):
            if at == match.end() or styles[at] != styles[start]:
                piece = text[start:at]
                stripped = piece.lstrip()
                if stripped:
                    yield start + len(piece) - len(stripped), stripped.rstrip(), styles[start]
                start = at


if __name__ == "__main__":
    main()
