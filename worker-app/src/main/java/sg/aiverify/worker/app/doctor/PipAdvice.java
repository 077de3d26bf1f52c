package sg.aiverify.worker.app.doctor;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** Advice on how to install packages for an interpreter, as shell commands that users can paste. */
final class PipAdvice {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    /** https://peps.python.org/pep-0668/ */
    private static final String EXITS_0_IF_MANAGED = "import os, sys, sysconfig; sys.exit(not (sys.prefix =="
            + " sys.base_prefix and os.path.exists(os.path.join(sysconfig.get_path('stdlib'),"
            + " 'EXTERNALLY-MANAGED'))))";

    private PipAdvice() {}

    /**
     * Returns the commands that install packages.
     *
     * @param executable the interpreter; if its system does not allow pip, the commands create a virtual environment
     * @param packages the names of the packages, separated by spaces
     * @return the commands, one per line, to append to an advice
     * @throws InterruptedException if the thread is interrupted
     */
    static String toInstall(String executable, String packages) throws InterruptedException {
        List<String> commands =
                ToolRun.of(LIMIT, List.of(executable, "-c", EXITS_0_IF_MANAGED)).succeeded()
                        ? List.of(
                                executable + " -m venv ~/aiverify-python",
                                "~/aiverify-python/bin/pip install --upgrade " + packages,
                                "export PYTHON=~/aiverify-python/bin/python")
                        : List.of(executable + " -m pip install --upgrade " + packages);
        return commands.stream().map(Finding::command).collect(Collectors.joining());
    }
}
