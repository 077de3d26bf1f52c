package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import com.google.gson.JsonObject;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * What to execute.
 *
 * @param inputs algorithm, model and data
 * @param environment where to run
 * @param arguments checked arguments, datasets still by their {@code _dataset_:} names: the module replaces each by
 *     the path under which the algorithm will see it (see {@link ArgumentDatasets})
 * @param <E> the type of the environment
 */
@API(status = STABLE, since = "1.0")
public record Execution<E extends Environment>(TestInputs inputs, E environment, JsonObject arguments) {
    public Execution {
        Objects.requireNonNull(inputs, "inputs");
        Objects.requireNonNull(environment, "environment");
        Objects.requireNonNull(arguments, "arguments");
    }
}
