package sg.aiverify.worker.testkit.contract;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/** An optional capability of a module. The suite checks that a module has what it declares, and only that. */
@API(status = STABLE, since = "1.0")
public enum ExecutorCapability {
    /**
     * An algorithm cannot change its input files that other runs share. If a module does not declare this, the suite
     * expects that an algorithm can change them.
     */
    INPUTS_ARE_READ_ONLY,
    /**
     * Arguments may name datasets. A module without this capability refuses such a run with a
     * {@link sg.aiverify.worker.failure.TaskFailedException} that contains the dataset's name.
     */
    DATASETS_IN_ARGUMENTS
}
