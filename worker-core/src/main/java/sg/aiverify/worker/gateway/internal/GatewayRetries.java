package sg.aiverify.worker.gateway.internal;

import java.io.IOException;
import java.time.Duration;
import org.apache.commons.io.function.IOConsumer;
import org.apache.commons.io.function.IOSupplier;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.failure.internal.Outage;
import sg.aiverify.worker.run.Cancellation;

/** Tries calls to the gateway again, and makes a failure of what retries do not mend. Thread-safe. */
final class GatewayRetries {
    private static final Logger log = LogManager.getLogger(GatewayRetries.class);

    /** A row that is committed at last is there after one or two questions: not worth a line in the log. */
    private static final int NEWS = 3;

    private final GatewayErrors errors;
    private final GatewayTiming timing;
    /** Asks the gateway, once, for something that costs it little and depends on no run. */
    private final IOConsumer<Cancellation> lifeSign;
    /** Of calls that are tried again here; whoever waits longer logs that by itself. */
    private final Outage outage = new Outage();

    GatewayRetries(GatewayErrors errors, GatewayTiming timing, IOConsumer<Cancellation> lifeSign) {
        this.errors = errors;
        this.timing = timing;
        this.lifeSign = lifeSign;
    }

    /**
     * Tries until there is an answer that repeating would not change.
     *
     * @param what what the gateway is asked for, for the log
     * @throws BadResponse an answer other than success
     * @throws ServiceUnavailableException if the gateway cannot be reached
     * @throws InfrastructureException if answers break off
     */
    <T> T whatMayPass(String what, Cancellation cancellation, IOSupplier<T> attempt) throws BadResponse {
        for (int failures = 1; ; failures++) {
            try {
                T answer = attempt.get();
                outage.end();
                return answer;
            } catch (BadResponse e) {
                if (!e.mayPass() || timing.trouble().isExhaustedAfter(failures)) {
                    throw e;
                }
                say(what, e);
            } catch (IOException e) {
                if (timing.trouble().isExhaustedAfter(failures)) {
                    throw lasting(e, cancellation);
                }
                say(what, e);
            }
            cancellation.sleep(timing.trouble().pauseAfter(failures));
        }
    }

    private void say(String what, IOException e) {
        String trouble = errors.reason(e); // the logger's name says that it is the gateway's
        log.log(outage.noteFailure(trouble) ? Level.INFO : Level.DEBUG, "{}, at {}; trying again", trouble, what);
    }

    /** As {@link #whatMayPass}, and tries again while the gateway does not know a run. */
    <T> T onRun(String what, Cancellation cancellation, IOSupplier<T> attempt) throws BadResponse {
        Duration most = timing.uncommitted().total();
        for (int failures = 1; ; failures++) {
            try {
                return whatMayPass(what, cancellation, attempt);
            } catch (BadResponse e) {
                if (e.code() != 404 || timing.uncommitted().isExhaustedAfter(failures)) {
                    throw e;
                }
                log.log(
                        failures == NEWS ? Level.INFO : Level.DEBUG,
                        "The gateway does not know the run (yet), asking again for up to {} s",
                        most.toSeconds());
            }
            cancellation.sleep(timing.uncommitted().pauseAfter(failures));
        }
    }

    /** Turns the trouble of one call into a failure. */
    InfrastructureException trouble(IOException e) {
        return errors.failure(e, GatewayErrors.isUnavailable(e), outage.lasted());
    }

    /**
     * Turns what retries did not mend into the failure of a run, or into that of the gateway: one that breaks off or
     * fails whatever it is asked is away, though something at its address accepts connections. One that answers
     * something else is there, however it fails: a run that waited for it would wait without end.
     */
    InfrastructureException lasting(IOException e, Cancellation cancellation) {
        return lasting(e, cancellation, outage.lasted());
    }

    /** As {@link #lasting(IOException, Cancellation)}, of trouble that has lasted for a time. */
    InfrastructureException lasting(IOException e, Cancellation cancellation, Duration lasted) {
        boolean unavailable = (GatewayErrors.isUnavailable(e) || GatewayErrors.mayPass(e)) && !isServing(cancellation);
        if (!unavailable) {
            outage.end();
        }
        return errors.failure(e, unavailable, lasted);
    }

    private boolean isServing(Cancellation cancellation) {
        try {
            lifeSign.accept(cancellation);
            return true;
        } catch (BadResponse e) {
            return !e.mayPass() && !e.isUnavailable();
        } catch (IOException e) {
            return false;
        }
    }
}
