package sg.aiverify.worker.pipelines.k8s.internal.pod;

import java.util.List;

/** The paths that a run uses in its pod. */
public final class PodPaths {
    /** The only directory that a run can write to, in addition to {@code /tmp}. */
    public static final String HOME = "/aiverify";
    /** The directory of the copied files; complete as soon as it exists. */
    static final String ROOT = HOME + "/run";
    /** The algorithm's working directory. */
    public static final String WORK = ROOT + "/work";
    /** The algorithm's home directory. */
    public static final String PYTHON_HOME = WORK + "/home";
    /** The request to the runner. */
    static final String REQUEST = ROOT + "/request.json";
    /** The Python files of worker-core. */
    static final String SCRIPTS = ROOT + "/scripts";
    /** The Python files of this module. */
    static final String OWN_SCRIPTS = ROOT + "/own";
    /** The script that runs the command without a connection, and reports its output and its end. */
    static final String IN_POD = OWN_SCRIPTS + "/in_pod.py";

    private PodPaths() {}

    /** Returns the directories that must exist before the algorithm starts; parents come first. */
    public static List<String> directories() {
        return List.of(WORK, PYTHON_HOME, PYTHON_HOME + "/tmp", PYTHON_HOME + "/cache");
    }
}
