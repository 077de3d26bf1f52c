package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * What a module says of the isolation of the algorithms that it runs.
 *
 * @param inForce what keeps an algorithm in, and its limits
 * @param missing what the settings ask for or one would expect and this host does not give, each with the reason
 * @param exposed what algorithms can read and should not, each in a few words
 */
@API(status = EXPERIMENTAL, since = "1.0")
public record IsolationNote(String inForce, List<String> missing, List<String> exposed) {
    public IsolationNote {
        Objects.requireNonNull(inForce, "inForce");
        missing = List.copyOf(missing);
        exposed = List.copyOf(exposed);
    }

    @Override
    public String toString() {
        return inForce + (missing.isEmpty() ? "" : "; not in force: " + String.join("; ", missing));
    }
}
