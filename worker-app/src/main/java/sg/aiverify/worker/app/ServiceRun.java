package sg.aiverify.worker.app;

import java.time.Duration;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/** Runs the worker from its start to its end, however that comes about. */
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
     * @param nanoTime tells the time, as {@link System#nanoTime}
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
        log.error("The worker ended by itself");
        return ExitCode.FAILURE;
    }

    /** Reacts to a signal: the first one stops gracefully, one after it at once. */
    void signalled(Signals signal) {
        Runnable deed = switch (signals.next()) {
            case FIRST -> () -> stop(signal);
            case ECHO -> () -> log.debug("Got SIG{} together with the first signal", signal);
            case AGAIN -> () -> end(signal);
        };
        deed.run();
    }

    private void end(Signals signal) {
        log.warn("Got SIG{} again: ending at once", signal);
        halt.accept(signal.exitCode());
    }

    private void stop(Signals signal) {
        log.info(
                "Got SIG{}: taking no more tasks, waiting up to {} s for runs in progress; again to end at once",
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
