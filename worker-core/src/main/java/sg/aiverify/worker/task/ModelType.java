package sg.aiverify.worker.task;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.apiguardian.api.API;

/** The types of models, with the names of {@code aiverify_test_engine.plugins.enums.ModelType}. */
@API(status = STABLE, since = "1.0")
public enum ModelType {
    CLASSIFICATION,
    REGRESSION,
    /** Valid in a task, but the gateway cannot store results for this type. */
    UPLIFT;

    /**
     * Finds a type by its name, in upper or lower case.
     *
     * @param name the name in the task
     * @return the type; empty if no type has this name
     */
    public static Optional<ModelType> named(String name) {
        return Arrays.stream(values())
                .filter(type -> type.name().equalsIgnoreCase(name))
                .findFirst();
    }

    /**
     * Returns the name of the type in tasks and results.
     *
     * @return the name in lower case
     */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
