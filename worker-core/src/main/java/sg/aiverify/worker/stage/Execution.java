package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import com.google.gson.JsonObject;
import java.util.Objects;
import org.apiguardian.api.API;

/**
 * The parameters of an execute module.
 *
 * @param inputs the algorithm, the model and the data
 * @param environment the environment in which the algorithm runs
 * @param arguments the checked arguments. Datasets still have their {@code _dataset_:} names. The module replaces each
 *     name by the path at which the algorithm sees the dataset (see {@link ArgumentDatasets}).
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
