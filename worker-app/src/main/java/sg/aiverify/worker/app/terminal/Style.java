package sg.aiverify.worker.app.terminal;

/** Colours for words that stand out, or none. */
public enum Style {
    /** No escape sequences at all. */
    PLAIN,
    /** ANSI escape sequences. */
    COLOURED;

    /**
     * Shows that something is as it should be.
     *
     * @param text a word
     * @return the word, green
     */
    public String good(String text) {
        return wrap(text, "32");
    }

    /**
     * Shows that something deserves a look.
     *
     * @param text a word
     * @return the word, yellow
     */
    public String warning(String text) {
        return wrap(text, "33");
    }

    /**
     * Shows that something is wrong.
     *
     * @param text a word
     * @return the word, bold red
     */
    public String bad(String text) {
        return wrap(text, "1;31");
    }

    /**
     * Shows that something matters less.
     *
     * @param text some words
     * @return the words, faint
     */
    public String faint(String text) {
        return wrap(text, "2");
    }

    private String wrap(String text, String code) {
        return this == PLAIN || text.isEmpty() ? text : "\u001b[" + code + "m" + text + "\u001b[0m";
    }
}
