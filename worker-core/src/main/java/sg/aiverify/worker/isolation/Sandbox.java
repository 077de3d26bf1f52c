package sg.aiverify.worker.isolation;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.util.Locale;
import org.apiguardian.api.API;

/** The kinds of sandbox, from the strongest to the weakest. */
@API(status = EXPERIMENTAL, since = "1.0")
public enum Sandbox {
    /** The process confines itself with Landlock, namespaces, a separate root and a filter of system calls. */
    LANDLOCK("landlock", "Landlock, own user, process, network and mount namespaces, filtered system calls"),
    /** The program bubblewrap creates namespaces and a separate root. The process adds a filter of system calls. */
    BUBBLEWRAP("bubblewrap", "bubblewrap: own user, process, network and mount namespaces, filtered system calls"),
    /**
     * The process uses only Landlock and a filter of system calls. For machines without namespaces, as in containers.
     */
    LANDLOCK_ALONE("landlock-alone", "Landlock without namespaces, filtered system calls"),
    /** No sandbox, only a separate session and limits. */
    NONE("none", "only a separate session and a clean environment");

    private final String word;
    private final String meaning;

    Sandbox(String word, String meaning) {
        this.word = word;
        this.meaning = meaning;
    }

    /**
     * Returns the value of {@code TEWORKER_SANDBOX} for this sandbox.
     *
     * @return the value
     */
    public String word() {
        return word;
    }

    /**
     * Returns a short description of the sandbox's parts.
     *
     * @return the parts, separated by commas
     */
    public String meaning() {
        return meaning;
    }

    /** Returns the value of the rule {@code mode} in sandbox.py. */
    String mechanism() {
        return this == LANDLOCK_ALONE ? LANDLOCK.word : word;
    }

    /**
     * Checks whether a value of the setting allows this sandbox. The value {@code landlock} allows Landlock with and
     * without namespaces.
     */
    boolean matches(String asked) {
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
