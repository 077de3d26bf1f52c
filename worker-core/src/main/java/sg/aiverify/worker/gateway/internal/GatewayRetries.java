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

/** Retries calls to the gateway, and converts errors that remain after all retries to failures. Thread-safe. */
final class GatewayRetries {
    private static final Logger log = LogManager.getLogger(GatewayRetries.class);

    /**
     * The number of failed requests after which an unknown run is logged at {@code INFO}. A run that the gateway is
     * about to commit is usually known after one or two requests.
     */
    private static final int NEWS = 3;

    private final GatewayErrors errors;
    private final GatewayTiming timing;
    /** Sends a cheap request for a run that does not exist, to check whether the gateway responds. */
    private final IOConsumer<Cancellation> probe;
    /** The outage that these retries have noticed. Callers that wait longer log the outage themselves. */
    private final Outage outage = new Outage();

    GatewayRetries(GatewayErrors errors, GatewayTiming timing, IOConsumer<Cancellation> probe) {
        this.errors = errors;
        this.timing = timing;
        this.probe = probe;
    }

    /**
     * Repeats a call while it fails with transient errors.
     *
     * @param what the name of the call, for the log
     * @throws BadResponse if the response is an error that is not transient, or remains after all retries
     * @throws ServiceUnavailableException if the gateway cannot be reached
     * @throws InfrastructureException if the connection breaks during each response, also after all retries
     */
    <T> T retryTransient(String what, Cancellation cancellation, IOSupplier<T> attempt) throws BadResponse {
        for (int failures = 1; ; failures++) {
            try {
                T response = attempt.get();
                outage.end();
                return response;
            } catch (BadResponse e) {
                if (!e.isTransient() || timing.retries().isExhaustedAfter(failures)) {
                    throw e;
                }
                logFailure(what, e);
            } catch (IOException e) {
                if (timing.retries().isExhaustedAfter(failures)) {
                    throw lasting(e, cancellation);
                }
                logFailure(what, e);
            }
            cancellation.sleep(timing.retries().pauseAfter(failures));
        }
    }

    private void logFailure(String what, IOException e) {
        String reason = errors.reason(e); // The logger's name already mentions the gateway.
        log.log(outage.noteFailure(reason) ? Level.INFO : Level.DEBUG, "{}, during {}; retrying", reason, what);
    }

    /**
     * Like {@link #retryTransient}, but also repeats the call for some time while the gateway does not know the run.
     */
    <T> T onRun(String what, Cancellation cancellation, IOSupplier<T> attempt) throws BadResponse {
        Duration most = timing.uncommitted().total();
        for (int failures = 1; ; failures++) {
            try {
                return retryTransient(what, cancellation, attempt);
            } catch (BadResponse e) {
                if (e.code() != 404 || timing.uncommitted().isExhaustedAfter(failures)) {
                    throw e;
                }
                log.log(
                        failures == NEWS ? Level.INFO : Level.DEBUG,
                        "The run is unknown at the gateway, repeating the request for up to {} s",
                        most.toSeconds());
            }
            cancellation.sleep(timing.uncommitted().pauseAfter(failures));
        }
    }

    /** Converts the error of a single call, without retries, to a failure. */
    InfrastructureException failure(IOException e) {
        return errors.failure(e, GatewayErrors.isUnavailable(e), outage.lasted());
    }

    /**
     * Converts an error that remains after all retries to the failure of a run, or of the gateway.
     *
     * <p>A gateway that fails every request is unavailable, even if a server at its address accepts connections. A
     * gateway that responds to the probe is available. Then the run fails, since it would otherwise wait forever.
     */
    InfrastructureException lasting(IOException e, Cancellation cancellation) {
        return lasting(e, cancellation, outage.lasted());
    }

    /** Like {@link #lasting(IOException, Cancellation)}, for an outage of the given duration. */
    InfrastructureException lasting(IOException e, Cancellation cancellation, Duration lasted) {
        boolean unavailable =
                (GatewayErrors.isUnavailable(e) || GatewayErrors.isTransient(e)) && !isServing(cancellation);
        if (!unavailable) {
            outage.end();
        }
        return errors.failure(e, unavailable, lasted);
    }

    private boolean isServing(Cancellation cancellation) {
        try {
            probe.accept(cancellation);
            return true;
        } catch (BadResponse e) {
            return !e.isTransient() && !e.isUnavailable();
        } catch (IOException e) {
            return false;
        }
    }
}
