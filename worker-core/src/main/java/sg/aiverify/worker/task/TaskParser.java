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
 * Reads tasks as the gateway writes them. All problems of a task are reported together. Unknown fields are ignored, as
 * the original worker does.
 *
 * <p>A run's id must be a UUID, with or without hyphens, in upper or lower case. The gateway responds to any other id
 * with an internal error. So the status of such a run cannot be requested, and no result can be reported. The gateway
 * treats all forms of an id as the same run. The task contains the id in the gateway's form. Numbers in the arguments
 * keep all their digits.
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
     * @throws TaskFailedException if the task is invalid, or this worker cannot run it; the message lists all problems
     */
    public static Task parse(String json) {
        if (json.length() > MAX_LENGTH) {
            throw new TaskFailedException("The task is too long: it has %d characters, at most %d are allowed"
                    .formatted(json.length(), MAX_LENGTH));
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
     * Reads a task from parsed JSON.
     *
     * @param json the task's fields; not changed
     * @return the task
     * @throws TaskFailedException if the task is invalid, or this worker cannot run it; the message lists all problems
     */
    static Task parse(JsonObject json) {
        return new TaskFields(json).toTask();
    }

    /**
     * Finds the run's id in a task. Works even for an invalid task, so that its error can be reported to the gateway.
     *
     * @param json the task's text
     * @return the id, in lower case with hyphens; empty if the text contains no UUID as id, or more than one id
     */
    public static Optional<String> findId(String json) {
        return RunId.find(json);
    }
}
