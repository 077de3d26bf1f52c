package sg.aiverify.worker.pipelines.k8s.internal.settings;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a command line into words as a shell does, with quotes and backslashes, but without expansion. A value that
 * starts with a brace is read as JSON up to its closing brace, so that it needs no quotes: it needed none in the worker
 * that this one replaces.
 */
final class ShellWords {
    private final String text;
    private final List<String> words = new ArrayList<>();
    private int at;

    private ShellWords(String text) {
        this.text = text;
    }

    static List<String> of(String text) {
        return new ShellWords(text).split();
    }

    private List<String> split() {
        while (true) {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            if (at == text.length()) {
                return words;
            }
            words.add(word());
        }
    }

    private String word() {
        StringBuilder word = new StringBuilder();
        boolean valueStarts = true;
        while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
            char next = text.charAt(at);
            if (next == '{' && valueStarts) {
                word.append(json());
            } else if (next == '\'' || next == '"') {
                word.append(quoted(next));
            } else if (next == '\\') {
                at++;
                word.append(escaped());
            } else {
                word.append(next);
                at++;
            }
            valueStarts = next == '=';
        }
        return word.toString();
    }

    private String quoted(char quote) {
        StringBuilder inside = new StringBuilder();
        at++;
        while (true) {
            if (at == text.length()) {
                throw new IllegalArgumentException("a quote " + quote + " is not closed");
            }
            char next = text.charAt(at++);
            if (next == quote) {
                return inside.toString();
            }
            boolean escapes =
                    next == '\\' && quote == '"' && at < text.length() && "\"\\".indexOf(text.charAt(at)) >= 0;
            inside.append(escapes ? text.charAt(at++) : next);
        }
    }

    private char escaped() {
        if (at == text.length()) {
            throw new IllegalArgumentException("it ends with a backslash");
        }
        return text.charAt(at++);
    }

    private String json() {
        int start = at;
        int depth = 0;
        boolean inString = false;
        while (at < text.length()) {
            char next = text.charAt(at++);
            if (inString && next == '\\') {
                at = Math.min(at + 1, text.length());
            } else if (next == '"') {
                inString = !inString;
            } else if (!inString && next == '{') {
                depth++;
            } else if (!inString && next == '}') {
                depth--;
            }
            if (depth == 0) {
                return text.substring(start, at);
            }
        }
        throw new IllegalArgumentException("a brace { is not closed");
    }
}
