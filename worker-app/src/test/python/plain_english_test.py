"""Tests of plain_english.py."""

import contextlib
import io
import tempfile
import unittest
from pathlib import Path

import plain_english
from plain_english import Finding, against_limits, check_lengths, check_words, read_limits, read_rules

RULES = read_rules("+tells?|told => report\nnot wanted => cancelled\n(@param §) what => a noun")


def words(path, text, rules=RULES):
    return [(finding.line, finding.what) for finding in check_words(path, text, rules)]


def lengths(text):
    return [(finding.line, finding.kind, finding.what.split(":")[0]) for finding in check_lengths("a.md", text)]


class Words(unittest.TestCase):
    def test_java_is_read_in_comments_texts_and_names(self):
        text = '''
            /** Tells {@code told} {@link Told#told}. */
            int a; // told
            String c = "was told " + "not " // broken off
                + "wanted, is \\"told\\"";
            String d = "is not "
                + "wanted";
            String key = "told", e = """
                was told""";
            char quote = '"'; int whoTold = whoTold + TOLDS;
            '''
        self.assertEqual(
            [(2, "tells"), (3, "told"), (4, "told"), (5, "told"), (9, "told"), (10, "whoTold"), (6, "not wanted")],
            words("A.java", text))

    def test_phrases_reach_across_lines_of_a_comment_but_not_across_code(self):
        self.assertEqual([(1, "not wanted")], words("A.java", "// It is not\n// wanted.\n/* not */ int a; // wanted"))
        self.assertEqual([(2, "not wanted")], words("A.java", "/**\n * It is not\n * wanted.\n */"))
        self.assertEqual([(2, "@param § what")], words("A.java", "/**\n * @param name what\n */"))

    def test_python_is_read_in_docstrings_comments_texts_and_names(self):
        text = '''"""Tells of
not
wanted `told`."""
told_it = 'told'  # told
raise ValueError(f"was {told} told"
    " or not "
    f"wanted, 'told'")
'''
        self.assertEqual(
            [(1, "tells"), (4, "told"), (5, "told"), (7, "told"), (4, "told_it"), (2, "not wanted"), (6, "not wanted")],
            words("a.py", text))

    def test_pages_are_read_without_code_but_with_names_in_spans(self):
        text = "It told `x told` [told](told.md) `ATest#told`\n\n```\ntold\n```\n<!-- told -->\n| not | wanted | told |\n"
        self.assertEqual([(1, "told"), (1, "told"), (7, "told"), (1, "x told")], words("a.md", text))

    def test_words_are_whole(self):
        self.assertEqual([], words("a.md", "toldest untold well-told told-off\n"))
        rules = read_rules("un ?wanted => cancelled")
        self.assertEqual([(1, "unwanted"), (1, "un wanted")], words("a.md", "unwanted un wanted", rules))
        self.assertEqual([(1, "told")], words("a.md", "(told)"))

    def test_exemptions_are_paths_or_phrases_that_cover_the_word(self):
        rules = read_rules("+away => unavailable !! right away: common; docs/b.md: old; run away: a name")
        self.assertEqual([(1, "away")], words("docs/a.md", "Away, right away. `runAway`", rules))
        self.assertEqual([], words("docs/b.md", "Away", rules))

    def test_rules_of_another_form_are_refused_with_their_line(self):
        for text, message in {
            "# words\ntold": "line 2 is not of the form 'pattern => what to say': told",
            "told => report !! retold": "line 1: the exemption 'retold' has no reason",
        }.items():
            with self.subTest(text), self.assertRaisesRegex(ValueError, message):
                read_rules(text)


class Lengths(unittest.TestCase):
    def test_sentences_have_25_words_at_most(self):
        fits = "word " * 24 + "end."
        self.assertEqual([], lengths(fits + " " + fits.capitalize() + "\n" + fits.capitalize()))
        self.assertEqual([(3, "sentences", "26 words")], lengths("One.\n\nword " + fits))
        self.assertEqual([(2, "sentences", "26 words")], lengths("It ends.\nWord " + fits))

    def test_spans_links_and_signs_are_counted_as_they_are_read(self):
        self.assertEqual([], lengths("word " * 20 + "`a b. C` [two words](an address) – / , end (`a b`)."))

    def test_abbreviations_end_no_sentence_and_code_begins_one(self):
        self.assertEqual([(1, "sentences", "27 words")], lengths("word " * 13 + "e.g. A " + "word " * 12))
        self.assertEqual([], lengths("word " * 20 + "end. `start` " + "word " * 12))

    def test_items_headings_and_cells_are_sentences_of_their_own(self):
        half = "word " * 20 + "\n"
        self.assertEqual([], lengths("# " + half + half + "- " + half + "- " + half + "1. " + half + f"|a|{half.strip()}|\n"))
        self.assertEqual([(1, "sentences", "40 words")], lengths("- " + half + "  " + half))

    def test_code_blocks_and_comments_are_left_out(self):
        self.assertEqual([(4, "sentences", "30 words")], lengths("```sh\n" + "word " * 30 + "\n```\n" + "word " * 30))
        self.assertEqual([], lengths("<!-- " + "word " * 30 + "-->"))

    def test_cells_have_25_words_and_160_characters_at_most(self):
        self.assertEqual(
            [(3, "cells", "26 words, 129 characters"), (4, "cells", "1 words, 161 characters")],
            lengths("| a | b |\n|---|---|\n| a | " + "word " * 26 + "|\n| `" + "a" * 161 + "` | `a \\| b` |\n"))
        self.assertEqual([], lengths("| " + "word " * 25 + "| [x](" + "a" * 200 + ") |"))


class Limits(unittest.TestCase):
    findings = [Finding("a.md", 1, "words", "told", "report"), Finding("b.md", 7, "words", "tell", "report")]

    def test_more_than_the_limit_is_listed_with_what_to_say(self):
        holds, lines = against_limits(self.findings, {"words": 1, "sentences": 0, "cells": 0})
        self.assertFalse(holds)
        self.assertEqual(["a.md:1: told  => report", "b.md:7: tell  => report"], lines[:2])
        self.assertIn("words: 2 found, the limit is 1", lines[2])

    def test_a_limit_that_can_be_lowered_is_named(self):
        self.assertEqual((True, []), against_limits(self.findings, {"words": 2, "sentences": 0, "cells": 0}))
        self.assertEqual(
            (True, ["words: 2 found; lower the limit in plain_limits.txt from 3"]),
            against_limits(self.findings, {"words": 3, "sentences": 0, "cells": 0}))

    def test_each_kind_has_a_limit(self):
        with self.assertRaisesRegex(ValueError, "limits must be given for words, sentences, cells, but are for words"):
            read_limits("words 1\n")


class CommandLine(unittest.TestCase):
    def call(self, *arguments):
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            return plain_english.main(list(arguments)), output.getvalue()

    def test_a_file_is_listed_with_an_exit_code(self):
        with tempfile.TemporaryDirectory() as directory:
            page = Path(directory).resolve() / "page.md"
            page.write_text("Nobody was told.", "utf-8")
            code, output = self.call(str(page))
            self.assertEqual(1, code)
            self.assertIn(f"{page}:1: told  => report", output)
            page.write_text("The error was reported.", "utf-8")
            self.assertEqual((0, "0 findings in 1 files\n"), self.call(str(page)))

    def test_what_cannot_be_checked_is_refused(self):
        for path in ("no/such/folder", plain_english.HERE / "plain_words.txt"):
            code, output = self.call(str(path))
            self.assertEqual(2, code)
            self.assertIn(f"{path} is neither a file that can be checked (.java, .py, .md) nor a folder", output)

    def test_the_project_is_found(self):
        files = [file.relative_to(plain_english.ROOT).as_posix() for file in plain_english.in_scope(plain_english.ROOT)]
        self.assertGreater(len(files), 500)
        for part in ("README.md", "docs/task.md", "runner.py", "worker-testkit/src/main/java/"):
            self.assertTrue(any(part in file for file in files), part)
        self.assertFalse([file for file in files if "/src/test/" in file])


if __name__ == "__main__":
    unittest.main()
