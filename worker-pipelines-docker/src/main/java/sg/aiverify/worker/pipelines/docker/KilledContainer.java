package sg.aiverify.worker.pipelines.docker;

import java.time.Duration;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.ServiceAwayException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.python.RunnerEvents;
import sg.aiverify.worker.python.SupervisorOutput;
import sg.aiverify.worker.run.RunContext;

/** A container that was killed as a whole, from outside: by somebody, or by an engine that stops. */
final class KilledContainer {
    private static final int KILLED = 128 + 9;
    private static final int LOOKS = 10;
    private static final Duration BETWEEN = Duration.ofMillis(300);

    private KilledContainer() {}

    /** Tells whether the supervisor had no time to say how the algorithm ended: it was killed with it. */
    static boolean isKilled(int code, SupervisorOutput lines) {
        return code == KILLED && lines.ending().isEmpty();
    }

    /** Gives the reason; an engine that stops kills first and is away soon after. */
    static StageException failure(DockerEngine engine, String errors, RunContext run) throws InterruptedException {
        for (int look = 0; look < LOOKS; look++) {
            if (!engine.isThere()) {
                return new ServiceAwayException(
                        DockerEngine.SERVICE, "The Docker engine was stopped while a container was running", null);
            }
            run.cancellation().sleep(BETWEEN);
        }
        String text = FailureText.withOutput(
                "Failed to run algorithm: its container was killed by SIGKILL from outside, by somebody or because the"
                        + " engine's memory ran out" + RunnerEvents.notAgain(run.attempt()),
                errors);
        return run.attempt() > 1 ? new TaskFailedException(text) : new InfrastructureException(text);
    }
}
