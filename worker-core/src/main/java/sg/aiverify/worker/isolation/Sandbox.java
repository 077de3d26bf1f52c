package sg.aiverify.worker.isolation;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.util.Locale;
import org.apiguardian.api.API;

/** The ways to lock in an algorithm, best first. */
@API(status = EXPERIMENTAL, since = "1.0")
public enum Sandbox {
    /** The algorithm's process locks itself in: Landlock, namespaces and a root of its own, a filter of system calls. */
    LANDLOCK("landlock", "Landlock, own user, process, network and mount namespaces, filtered system calls"),
    /** The program bubblewrap makes namespaces and a root of its own; a filter of system calls. */
    BUBBLEWRAP("bubblewrap", "bubblewrap: own user, process, network and mount namespaces, filtered system calls"),
    /** Landlock and a filter of system calls, where namespaces are not to be had, as in most containers. */
    LANDLOCK_ALONE("landlock-alone", "Landlock without namespaces, filtered system calls"),
    /** Nothing but a session of its own and limits. */
    NONE("none", "none but a session of its own and a clean environment");

    private final String word;
    private final String meaning;

    Sandbox(String word, String meaning) {
        this.word = word;
        this.meaning = meaning;
    }

    /**
     * Gives the word that asks for it.
     *
     * @return a value of {@code TEWORKER_SANDBOX}
     */
    public String word() {
        return word;
    }

    /**
     * Says what it is made of.
     *
     * @return a few words
     */
    public String meaning() {
        return meaning;
    }

    /** Gives the word for sandbox.py. */
    String mechanism() {
        return this == LANDLOCK_ALONE ? LANDLOCK.word : word;
    }

    /** Tells whether a value of the setting asks for this one; namespaces are had where they can be. */
    boolean answers(String asked) {
        return asked.equals("auto") || asked.equals(word) || asked.equals(mechanism());
    }

    boolean hasNamespaces() {
        return this == LANDLOCK || this == BUBBLEWRAP;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
