"""Lists what is not plain English in the project's texts: words, long sentences and long table cells.

    python3 worker-app/src/test/python/plain_english.py                     the whole project, against its limits
    python3 worker-app/src/test/python/plain_english.py docs/task.md ...    all findings in files and folders
    python3 worker-app/src/test/python/plain_english.py --counts            findings by module and kind

Words (plain_words.txt) are looked for in comments, string literals and identifiers of main code, in docs/ and in
README.md; sentences and cells only in the last two. Exit code 0: within the limits (plain_limits.txt), or no finding.
1: beyond them, or findings. 2: a path or a line of the two files is wrong.
"""

import re
import sys
from collections import Counter, namedtuple
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[3]
KINDS = ("words", "sentences", "cells")
SENTENCE_WORDS = 25
CELL_WORDS = 25
CELL_CHARACTERS = 160
SHOWN = 200
GAP = "§"  # what is no prose, such as code between two comments: no phrase reaches across it

Finding = namedtuple("Finding", "path line kind what instead")
Rule = namedtuple("Rule", "pattern instead in_code exempt_paths exempt_phrases")

JAVA = re.compile(
    r'(?P<comment>/\*.*?\*/|//[^\n]*)|(?P<text>"""(?:\\.|(?!""").)*"""|"(?:\\.|[^"\\\n])*")|\'(?:\\.|[^\'\\\n])+\'',
    re.DOTALL)
PYTHON = re.compile(
    r"(?P<comment>#[^\n]*)"
    r"|(?P<text>[a-zA-Z]{0,2}(?:\"\"\"(?:\\.|(?!\"\"\").)*\"\"\"|'''(?:\\.|(?!''').)*'''"
    r"|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'))",
    re.DOTALL)
JOIN = {".java": re.compile(r"\s*\+\s*"), ".py": re.compile(r"\s*")}
MARKDOWN_CODE = re.compile(r"^```.*?^```[^\n]*|<!--.*?-->", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
SPAN = re.compile(r"(`+)(.+?)\1")
ITEM = re.compile(r"\s*(?:[-*+]|\d+\.)\s+|#+\s+|>\s*")
SENTENCE_END = re.compile(r"(?<!e\.g\.)(?<!i\.e\.)(?<=[.!?])[\"')*_]*\s+(?=[\"'(*_]*[A-Z0-9`])")


# Rules and limits


def read_rules(text):
    """The rules of a text, one a line: pattern => what to say [!! exemption: reason; exemption: reason].

    A pattern that begins with + is looked for in code, too: in identifiers, split into their words, and in code
    spans of pages. An exemption with a slash is part of a path, else a pattern that must cover the finding.

    Raises ValueError for a line of another form.
    """
    rules = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        rule, _, exemptions = line.partition(" !! ")
        pattern, arrow, instead = rule.partition(" => ")
        if not arrow or not instead.strip():
            raise ValueError(f"line {number} is not of the form 'pattern => what to say': {line}")
        paths, phrases = [], []
        for exemption in filter(None, exemptions.split("; ")):
            what, colon, reason = exemption.partition(": ")
            if not colon or not reason.strip():
                raise ValueError(f"line {number}: the exemption '{exemption}' has no reason")
            if "/" in what:
                paths.append(what.strip())
            else:
                phrases.append(phrase(what.strip()))
        in_code = pattern.startswith("+")
        rules.append(Rule(phrase(pattern.lstrip("+").strip()), instead.strip(), in_code, paths, phrases))
    return rules


def phrase(pattern):
    """A pattern for lower-case text, whose blanks also match line breaks; see spans_of."""
    return re.compile("(?:" + pattern.lower().replace(" ?", r"\s*").replace(" ", r"\s+") + r")(?![\w-])")


def spans_of(pattern, text):
    """Where a phrase is in a text, from the beginning of a word; an assertion for that would make the search slow."""
    return [match.span() for match in pattern.finditer(text)
            if match.start() == 0 or not re.match(r"[\w-]", text[match.start() - 1])]


def read_limits(text):
    """The limit of each kind, from lines 'kind number'; raises ValueError if a kind is missing or unknown."""
    limits = {kind: int(number) for kind, number in (line.split() for line in text.splitlines() if line.strip())}
    if set(limits) != set(KINDS):
        raise ValueError(f"limits must be given for {', '.join(KINDS)}, but are for {', '.join(limits)}")
    return limits


# Prose of files; line breaks stay, so that lines can be counted


def prose_of_code(text, suffix):
    """The comments and string literals of Java or Python, and the line of each identifier's first use."""
    tokens = JAVA if suffix == ".java" else PYTHON
    prose, end, after_text = [], 0, False
    for match in tokens.finditer(text):
        between, token = text[end:match.start()], match.group()
        if match.group("comment"):
            continues, is_text = not between.strip(), False
            words = comment(token, suffix)
        else:
            continues = after_text and match.group("text") and JOIN[suffix].fullmatch(between)
            is_text = match.group("text") and (continues or re.search(r"\s", token))  # else a name, no prose
            words = literal(token, suffix) if is_text else blanked(match)
        prose.append(("" if continues else GAP) + "\n" * between.count("\n") + " " + words)
        after_text, end = is_text, match.end()
    names = {}
    for number, line in enumerate(tokens.sub(blanked, text).splitlines(), 1):
        for name in re.findall(r"[A-Za-z_]\w*", line):
            names.setdefault(name, number)
    return "".join(prose), names


def comment(token, suffix):
    if suffix == ".py":
        return " " + without_spans(token[1:])
    if token.startswith("//"):
        return " " + token[2:]
    token = re.sub(r"^\s*\*(?!/)", "", token.removesuffix("*/"), flags=re.MULTILINE)
    token = re.sub(r"\{@\w+[^}]*\}", lambda tag: GAP + "\n" * tag.group().count("\n"), token)
    return re.sub(r"(@(?:param|throws|see)\s+)[^\s]+", r"\1" + GAP, token) + GAP


def literal(token, suffix):
    if suffix == ".py":
        token = re.sub(r"\{[^{}\n]*\}", GAP, token.lstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    return without_spans(re.sub(r"\\.", " ", token.strip("\"'")))


def without_spans(text):
    return re.sub(r"(`+)[^`\n]+\1", GAP, text)


def blanked(match):
    return GAP + "\n" * match.group().count("\n")


def prose_of_page(text):
    """A page without code, comments and addresses of links, and the line of each code span's first use."""
    text = MARKDOWN_CODE.sub(blanked, text)
    spans = {}
    for match in SPAN.finditer(text):
        if "#" not in match.group(2):  # the name of a test
            spans.setdefault(match.group(2), text.count("\n", 0, match.start()) + 1)
    text = SPAN.sub(blanked, text)
    return re.sub(r"\|", GAP, re.sub(r"https?://\S+", GAP, LINK.sub(r"\1", text))), spans


# Checks


def check_words(path, text, rules):
    """Findings of the rules in a text; path is relative to the root and says by its suffix what the text is."""
    suffix = Path(path).suffix
    prose, names = prose_of_page(text) if suffix == ".md" else prose_of_code(text, suffix)
    prose = prose.lower()
    names = list(names.items())
    words_of_names = words_of((GAP + "\n").join(name for name, _ in names))
    findings = []
    for rule in rules:
        if any(part in path for part in rule.exempt_paths):
            continue
        for start, end in found(rule, prose):
            what = re.sub(r"\s+", " ", prose[start:end])
            findings.append(Finding(path, prose.count("\n", 0, start) + 1, "words", what, rule.instead))
        if rule.in_code:
            broken = {words_of_names.count("\n", 0, start) for start, _ in found(rule, words_of_names)}
            findings += [Finding(path, names[at][1], "words", names[at][0], rule.instead) for at in broken]
    return findings


def found(rule, text):
    """Where a text breaks a rule, as (start, end); what an exempt phrase covers does not."""
    spans = spans_of(rule.pattern, text)
    exempt = [span for phrases in rule.exempt_phrases if spans for span in spans_of(phrases, text)]
    return [(start, end) for start, end in spans if not any(a <= start and end <= b for a, b in exempt)]


def words_of(names):
    """The words of identifiers, one a line: 'read_it', 'readIt' and 'ReadIt' are 'read it'."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9" + GAP + r"\n]+", " ", names).lower()


def check_lengths(path, text):
    """Findings of long sentences and long table cells in a page."""
    findings = []
    for line, kind, unit in units(MARKDOWN_CODE.sub(lambda match: "\n" * match.group().count("\n"), text)):
        plain = LINK.sub(r"\1", unit)
        counted = SPAN.sub(lambda span: "`" + re.sub(r"\s", "_", span.group(2)) + "`", plain)  # one word
        if kind == "cells":
            words, characters = word_count(counted), len(SPAN.sub(r"\2", plain).strip())
            if words > CELL_WORDS or characters > CELL_CHARACTERS:
                what = f"{words} words, {characters} characters: {start_of(counted)}"
                findings.append(Finding(path, line, kind, what, "a few words, the rest in a paragraph below"))
            continue
        start = 0
        for end in [match.end() for match in SENTENCE_END.finditer(counted)] + [len(counted)]:
            sentence = counted[start:end]
            words = word_count(sentence)
            if words > SENTENCE_WORDS:
                at = line + counted.count("\n", 0, start)
                findings.append(
                    Finding(path, at, kind, f"{words} words: {start_of(sentence)}", "two sentences or a list"))
            start = end
    return findings


def units(text):
    """The parts of a page that hold sentences of their own, as (line, 'sentences' or 'cells', text)."""
    paragraph, begun = [], 0
    for number, line in enumerate(text.splitlines() + [""], 1):
        is_row = line.lstrip().startswith("|")
        item = ITEM.match(line)
        if paragraph and (is_row or item or not line.strip()):
            yield begun, "sentences", "\n".join(paragraph)
            paragraph = []
        if is_row:
            for cell in re.split(r"(?<!\\)\|", line.strip().strip("|")):
                if cell.strip(" -:"):
                    yield number, "cells", cell.strip()
        elif line.strip():
            begun = begun if paragraph else number
            paragraph.append(line[item.end():] if item else line)
            if line.startswith("#"):
                yield begun, "sentences", paragraph.pop()


def word_count(text):
    return sum(1 for word in text.split() if re.search(r"[\w`]", word))


def start_of(text):
    return " ".join(text.split()[:8]) + " ..."


# The project


def in_scope(root):
    """The files that are checked, in order."""
    files = [*root.glob("docs/**/*.md"), *root.glob("README.md")]
    files += [*root.glob("worker-*/src/main/java/**/*.java"), *root.glob("worker-*/src/main/resources/**/*.py")]
    return sorted(files)


def check(files, root, rules):
    findings = []
    for file in files:
        path = file.relative_to(root).as_posix() if file.is_relative_to(root) else file.as_posix()
        text = file.read_text("utf-8")
        findings += check_words(path, text, rules)
        if file.suffix == ".md":
            findings += check_lengths(path, text)
    return sorted(findings, key=lambda finding: finding[:4])


def shown(finding):
    return f"{finding.path}:{finding.line}: {finding.what}  => {finding.instead}"


def against_limits(findings, limits):
    """Whether no kind has more findings than its limit, and the lines that say so."""
    lines, holds = [], True
    for kind in KINDS:
        of_kind = [finding for finding in findings if finding.kind == kind]
        limit = limits[kind]
        if len(of_kind) > limit:
            holds = False
            lines += [shown(finding) for finding in of_kind[:SHOWN]]
            if len(of_kind) > SHOWN:
                lines.append(f"... and {len(of_kind) - SHOWN} more")
            lines.append(
                f"{kind}: {len(of_kind)} found, the limit is {limit}. Correct the texts that you changed:"
                " plain_english.py with their paths lists only theirs.")
        elif len(of_kind) < limit:
            lines.append(f"{kind}: {len(of_kind)} found; lower the limit in plain_limits.txt from {limit}")
    return holds, lines


def counts(findings):
    """A table of the findings by module and kind, as lines."""
    table = Counter((finding.path.split("/")[0], finding.kind) for finding in findings)
    lines = [f"{'':24}" + "".join(f"{kind:>11}" for kind in KINDS)]
    for module in sorted({module for module, _ in table}):
        lines.append(f"{module:24}" + "".join(f"{table[module, kind]:>11}" for kind in KINDS))
    return lines + [f"{'all':24}" + "".join(f"{sum(f.kind == kind for f in findings):>11}" for kind in KINDS)]


def selected(arguments):
    """The files that paths stand for: a file itself, of a folder those that are checked; raises ValueError."""
    files = []
    for argument in arguments:
        path = Path(argument).resolve()
        below = [path] if path.is_file() else [file for file in in_scope(ROOT) if file.is_relative_to(path)]
        if not below or any(file.suffix not in (".java", ".py", ".md") for file in below):
            raise ValueError(f"{argument} is neither a file that can be checked (.java, .py, .md) nor a folder of such")
        files += below
    return files


def main(arguments):
    try:
        rules = read_rules((HERE / "plain_words.txt").read_text("utf-8"))
        limits = read_limits((HERE / "plain_limits.txt").read_text("utf-8"))
        files = selected([argument for argument in arguments if argument != "--counts"]) or in_scope(ROOT)
    except (OSError, ValueError, re.error) as error:
        print(error, file=sys.stderr)
        return 2
    findings = check(files, ROOT, rules)
    if "--counts" in arguments:
        print("\n".join(counts(findings)))
        return 0
    if arguments:
        print("\n".join([*map(shown, findings), f"{len(findings)} findings in {len(files)} files"]))
        return 1 if findings else 0
    holds, lines = against_limits(findings, limits)
    print("\n".join([*lines, f"{len(files)} files checked"]))
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
