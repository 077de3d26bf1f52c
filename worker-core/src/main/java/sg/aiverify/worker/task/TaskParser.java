package sg.aiverify.worker.task;

import static org.apiguardian.api.API.Status.STABLE;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Optional;
import org.apiguardian.api.API;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.json.internal.InvalidJsonException;
import sg.aiverify.worker.json.internal.StrictJson;

/**
 * Reads tasks as the gateway writes them. Every problem of a task is told at once. Unknown fields are ignored, as the
 * original worker ignores them.
 *
 * <p>A run's id must be a UUID, with or without hyphens, in any case: for any other text the gateway answers with an
 * internal error, so that such a run can neither be asked for nor ended. The gateway takes all these forms for one
 * run; the id is kept in the form that the gateway shows. The arguments are kept to the last digit.
 */
@API(status = STABLE, since = "1.0")
public final class TaskParser {
    /** The longest task that is read, in characters. */
    public static final int MAX_LENGTH = 8 * 1024 * 1024;

    private TaskParser() {}

    /**
     * Reads a task.
     *
     * @param json the task's text
     * @return the task
     * @throws TaskFailedException if the text is not a task that this worker can do, naming every problem
     */
    public static Task parse(String json) {
        if (json.length() > MAX_LENGTH) {
            throw new TaskFailedException(
                    "The task is too long: it has %d characters, allowed are %d".formatted(json.length(), MAX_LENGTH));
        }
        JsonElement root;
        try {
            root = StrictJson.parse(json);
        } catch (InvalidJsonException e) {
            throw new TaskFailedException("The task is not valid JSON: " + e.getMessage(), e);
        }
        if (!root.isJsonObject()) {
            throw new TaskFailedException(
                    "The task is invalid: it must be a JSON object, but is " + StrictJson.kindOf(root));
        }
        return parse(root.getAsJsonObject());
    }

    /**
     * Reads a task from a tree.
     *
     * @param json the task's fields; not changed
     * @return the task
     * @throws TaskFailedException if they are not a task that this worker can do, naming every problem
     */
    static Task parse(JsonObject json) {
        return new TaskFields(json).toTask();
    }

    /**
     * Finds the run's id in a task, even a broken one, so that the gateway can be told that the task is broken.
     *
     * @param json the task's text
     * @return the id, in lower case with hyphens; empty if there is none that is a UUID, or more than one
     */
    public static Optional<String> findId(String json) {
        return RunId.find(json);
    }
}
