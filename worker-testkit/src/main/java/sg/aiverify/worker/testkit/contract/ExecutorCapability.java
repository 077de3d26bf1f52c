package sg.aiverify.worker.testkit.contract;

/** What some modules do and others cannot. The suite holds a module to what it declares, and to what it does not. */
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
