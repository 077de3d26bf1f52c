package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.util.List;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * A description of how a module isolates the algorithms that it runs.
 *
 * @param inForce the isolation and the limits that take effect
 * @param missing parts of the isolation that the settings require or that are usual, but that this host does not
 *     support; each with the reason
 * @param exposed things that algorithms can read but should not, each as a short phrase
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
