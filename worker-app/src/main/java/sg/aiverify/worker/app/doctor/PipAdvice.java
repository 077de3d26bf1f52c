package sg.aiverify.worker.app.doctor;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** Says how packages get into an interpreter, in words that can be pasted into a shell. */
final class PipAdvice {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    /** https://peps.python.org/pep-0668/ */
    private static final String ASK_WHETHER_MANAGED = "import os, sys, sysconfig; sys.exit(not (sys.prefix =="
            + " sys.base_prefix and os.path.exists(os.path.join(sysconfig.get_path('stdlib'),"
            + " 'EXTERNALLY-MANAGED'))))";

    private PipAdvice() {}

    /**
     * Gives the commands.
     *
     * @param executable the interpreter; where its system keeps pip from it, one above it is made
     * @param packages what to install, separated by spaces
     * @return lines to follow the words of an advice, each a command
     * @throws InterruptedException if the thread is interrupted
     */
    static String toInstall(String executable, String packages) throws InterruptedException {
        List<String> commands = ToolRun.of(LIMIT, List.of(executable, "-c", ASK_WHETHER_MANAGED))
                        .succeeded()
                ? List.of(
                        executable + " -m venv ~/aiverify-python",
                        "~/aiverify-python/bin/pip install --upgrade " + packages,
                        "export PYTHON=~/aiverify-python/bin/python")
                : List.of(executable + " -m pip install --upgrade " + packages);
        return commands.stream().map(Finding::command).collect(Collectors.joining());
    }
}
