package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/** What an algorithm runs in: a virtual environment, an image. Build and execute modules agree on the sub-type. */
@API(status = STABLE, since = "1.0")
public interface Environment {
    /**
     * Names the environment for a log line.
     *
     * @return a few words
     */
    String description();
}
