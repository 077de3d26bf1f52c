package sg.aiverify.worker.app;

import java.time.Duration;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Runs the worker from its start to its end, and handles signals. */
final class ServiceRun {
    private static final Logger log = LogManager.getLogger(ServiceRun.class);

    private final Service service;
    private final Duration grace;
    private final IntConsumer halt;
    private final SignalSequence signals;

    /**
     * Creates the run.
     *
     * @param halt ends the process at once with an exit code
     * @param nanoTime returns the time in nanoseconds, as {@link System#nanoTime}
     */
    ServiceRun(Service service, Duration grace, IntConsumer halt, LongSupplier nanoTime) {
        this.service = service;
        this.grace = grace;
        this.halt = halt;
        this.signals = new SignalSequence(nanoTime);
    }

    /** Starts the worker, waits for its end and returns the exit code. */
    int run() throws InterruptedException {
        try (service) {
            service.start();
            service.awaitStop();
        }
        if (signals.hasBegun()) {
            return ExitCode.OK;
        }
        log.error("The worker ended unexpectedly, without a signal");
        return ExitCode.FAILURE;
    }

    /** Handles a signal: the first one stops the worker gracefully, a later one ends the process at once. */
    void signalled(Signals signal) {
        Runnable action = switch (signals.next()) {
            case FIRST -> () -> stop(signal);
            case ECHO -> () -> log.debug("Ignored SIG{}, which arrived together with the first signal", signal);
            case AGAIN -> () -> end(signal);
        };
        action.run();
    }

    private void end(Signals signal) {
        log.warn("Received SIG{} again: ending at once", signal);
        halt.accept(signal.exitCode());
    }

    private void stop(Signals signal) {
        log.info(
                "Received SIG{}: taking no more tasks, waiting up to {} s for runs in progress; a second signal ends"
                        + " the worker at once",
                signal,
                grace.toSeconds());
        try {
            service.stop(grace);
        } catch (InterruptedException | RuntimeException e) {
            log.error("The graceful stop failed", e);
            halt.accept(ExitCode.FAILURE);
        }
    }
}
