package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/**
 * The environment of an algorithm, for example a virtual environment or an image. The build module and the execute
 * module of a worker must use the same sub-type.
 */
@API(status = STABLE, since = "1.0")
public interface Environment {
    /**
     * Returns a description of the environment for the log.
     *
     * @return a short phrase
     */
    String description();
}
