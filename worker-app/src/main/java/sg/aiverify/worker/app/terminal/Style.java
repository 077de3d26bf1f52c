package sg.aiverify.worker.app.terminal;

/** Colours for highlighted words, or no colours. */
public enum Style {
    /** Without colours: no escape sequences. */
    PLAIN,
    /** With colours: ANSI escape sequences. */
    COLOURED;

    /**
     * Highlights a good state.
     *
     * @param text a word
     * @return the word, green
     */
    public String good(String text) {
        return wrap(text, "32");
    }

    /**
     * Highlights a warning.
     *
     * @param text a word
     * @return the word, yellow
     */
    public String warning(String text) {
        return wrap(text, "33");
    }

    /**
     * Highlights a failure.
     *
     * @param text a word
     * @return the word, bold red
     */
    public String bad(String text) {
        return wrap(text, "1;31");
    }

    /**
     * Shows less important words.
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
