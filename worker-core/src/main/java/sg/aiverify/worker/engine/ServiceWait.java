package sg.aiverify.worker.engine;

import java.time.Duration;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.failure.internal.Outage;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.run.internal.Backoff;

/** The wait of one run for an unavailable service. Meanwhile, no new runs start. Used by the run's thread only. */
final class ServiceWait implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(ServiceWait.class);
    private static final Backoff PAUSE = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10));

    private final ServiceBreaker breaker;
    private final Waiting waiting;
    private final String what;
    private final Outage outage = new Outage();
    private int failures;
    private @Nullable ServiceUnavailableException unavailable;
    private ServiceBreaker.@Nullable Wait registered;

    /**
     * Creates a wait that has not begun.
     *
     * @param what the name of the call that is retried, for the log
     */
    ServiceWait(ServiceBreaker breaker, Waiting waiting, String what) {
        this.breaker = breaker;
        this.waiting = waiting;
        this.what = what;
    }

    /**
     * Waits until the next retry.
     *
     * @throws sg.aiverify.worker.failure.RunCancelledException if the run must stop
     */
    void pause(ServiceUnavailableException e, Cancellation cancellation) {
        ServiceBreaker.Wait next = breaker.opened(e);
        close();
        registered = next;
        unavailable = e;
        Level level = outage.noteFailure(String.valueOf(e.getMessage()), e.lasted()) ? Level.WARN : Level.DEBUG;
        log.log(level, "{}; the run waits, retrying {}", e.getMessage(), what);
        breaker.pause(next, waiting.lasts(Waiting.Reason.RETRY, PAUSE.delay(++failures)), cancellation);
    }

    /** Records that the service has responded. */
    void reached() {
        if (unavailable != null) {
            String problem = WorkerStatus.problem(unavailable.service(), String.valueOf(unavailable.getMessage()));
            breaker.reached(unavailable.service());
            outage.end()
                    .ifPresent(lasted -> log.info(
                            "The service is available again after {}, the run continues; the failure was: {}",
                            RunLog.seconds(lasted),
                            problem));
        }
    }

    /** Ends the wait. */
    @Override
    public void close() {
        if (registered != null) {
            breaker.closed(registered);
            registered = null;
        }
    }
}
