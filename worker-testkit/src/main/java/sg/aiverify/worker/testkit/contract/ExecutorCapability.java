package sg.aiverify.worker.testkit.contract;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/** An optional capability of a module. The suite checks that a module has exactly the capabilities that it declares. */
@API(status = STABLE, since = "1.0")
public enum ExecutorCapability {
    /**
     * An algorithm cannot change input files that it shares with other runs. If a module does not declare this
     * capability, the suite expects that an algorithm can change these files.
     */
    INPUTS_ARE_READ_ONLY,
    /**
     * Arguments may contain the names of datasets. A module without this capability refuses such a run with a
     * {@link sg.aiverify.worker.failure.TaskFailedException} that contains the dataset's name.
     */
    DATASETS_IN_ARGUMENTS
}
