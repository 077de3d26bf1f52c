package sg.aiverify.worker.testkit.contract;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/** What some modules do and others cannot. The suite holds a module to what it declares, and to what it does not. */
@API(status = STABLE, since = "1.0")
public enum ExecutorCapability {
    /**
     * An algorithm cannot change the files that it is given and that other runs share. A module without it must not
     * declare it: the suite makes an algorithm change them.
     */
    INPUTS_ARE_READ_ONLY,
    /**
     * Arguments may name datasets. A module without it refuses such a run by a
     * {@link sg.aiverify.worker.failure.TaskFailedException} that names the dataset.
     */
    DATASETS_IN_ARGUMENTS
}
