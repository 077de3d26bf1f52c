package sg.aiverify.worker.pipelines.venv;

import java.util.List;
import java.util.Locale;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.python.SupervisedProcess;

/** Tells from an installer's output who must act: an index out of reach may pass, a version that is not there won't. */
final class InstallFailure {
    /** Words of pip and uv, in lower case. An index out of reach also makes pip say that there is no such version. */
    private static final List<String> PASSING = List.of(
            "retrying (retry(",
            "max retries exceeded",
            "newconnectionerror",
            "connectionreseterror",
            "name resolution",
            "name or service not known",
            "connection refused",
            "connection broken",
            "connection aborted",
            "network is unreachable",
            "read timed out",
            "readtimeouterror",
            "proxyerror",
            "sslerror",
            "certificate verify failed",
            "500 server error",
            "502 server error",
            "503 server error",
            "504 server error",
            "429 client error",
            "incompleteread",
            "no space left on device",
            "disk quota exceeded",
            "dns error",
            "failed to fetch",
            "error sending request",
            "operation timed out");

    private InstallFailure() {}

    static StageException of(String tool, SupervisedProcess.Ending ending, String output) {
        String how = ending.findSignal()
                .map(signal -> "was killed by " + signal)
                .orElse("ended with exit code " + ending.code());
        String text = FailureText.withOutput("Failed to build virtual environment: " + tool + " " + how, output);
        String words = output.toLowerCase(Locale.ROOT);
        boolean passes = ending.findSignal().isPresent() || PASSING.stream().anyMatch(words::contains);
        return passes ? new InfrastructureException(text) : new TaskFailedException(text);
    }
}
