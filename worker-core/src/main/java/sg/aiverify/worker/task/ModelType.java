package sg.aiverify.worker.task;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.apiguardian.api.API;

/** What a model does, by the names of {@code aiverify_test_engine.plugins.enums.ModelType}. */
@API(status = STABLE, since = "1.0")
public enum ModelType {
    CLASSIFICATION,
    REGRESSION,
    /** Runs, but the gateway stores no result for it. */
    UPLIFT;

    /**
     * Finds a type by its name in any case.
     *
     * @param name what the task says
     * @return the type, or empty if there is none of that name
     */
    public static Optional<ModelType> named(String name) {
        return Arrays.stream(values())
                .filter(type -> type.name().equalsIgnoreCase(name))
                .findFirst();
    }

    /**
     * Gives the name as it stands in tasks and results.
     *
     * @return the name in lower case
     */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
