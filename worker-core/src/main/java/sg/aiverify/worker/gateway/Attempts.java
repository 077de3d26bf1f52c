package sg.aiverify.worker.gateway;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.ServiceAwayException;
import sg.aiverify.worker.run.Cancellation;

/** Tries calls to the gateway again, and tells what kind of trouble is left. Thread-safe. */
final class Attempts {
    private static final Logger log = LogManager.getLogger(Attempts.class);

    private static final String LOGIN_ADVICE = "; check " + GatewaySettings.TOKEN_FILE.name() + ", "
            + GatewaySettings.HEADERS_FILE.name() + " and the login of the proxy";

    private final GatewaySettings settings;
    private final GatewayTiming timing;

    Attempts(GatewaySettings settings, GatewayTiming timing) {
        this.settings = settings;
        this.timing = timing;
    }

    /** One attempt. */
    @FunctionalInterface
    interface Attempt<T> {
        T run() throws IOException;
    }

    /**
     * Tries until there is an answer that repeating would not change.
     *
     * @throws BadAnswer an answer other than success
     * @throws ServiceAwayException if the gateway cannot be reached
     * @throws InfrastructureException if answers break off
     */
    <T> T whatMayPass(Cancellation cancellation, Attempt<T> attempt) throws BadAnswer {
        for (int failures = 1; ; failures++) {
            try {
                return attempt.run();
            } catch (BadAnswer e) {
                if (!e.mayPass() || timing.trouble().isExhaustedAfter(failures)) {
                    throw e;
                }
                log.info("The gateway {} answered {}; trying again", settings.url(), e.getMessage());
            } catch (IOException e) {
                if (timing.trouble().isExhaustedAfter(failures)) {
                    throw trouble(e);
                }
                log.info("The gateway {} did not answer ({}); trying again", settings.url(), e.toString());
            }
            cancellation.sleep(timing.trouble().pauseAfter(failures));
        }
    }

    /** As {@link #whatMayPass}, and tries again while the gateway does not know a run. */
    <T> T onRun(Cancellation cancellation, Attempt<T> attempt) throws BadAnswer {
        for (int failures = 1; ; failures++) {
            try {
                return whatMayPass(cancellation, attempt);
            } catch (BadAnswer e) {
                if (e.code() != 404 || timing.uncommitted().isExhaustedAfter(failures)) {
                    throw e;
                }
                log.debug("The gateway does not know the run yet: {}", e.getMessage());
            }
            cancellation.sleep(timing.uncommitted().pauseAfter(failures));
        }
    }

    /** Turns what retries did not mend into the failure of a run. */
    InfrastructureException trouble(IOException e) {
        if (e instanceof BadAnswer answer) {
            String message =
                    "gateway " + settings.url() + ": " + answer.getMessage() + (answer.isLogin() ? LOGIN_ADVICE : "");
            return answer.isAway()
                    ? new ServiceAwayException(ServiceAwayException.GATEWAY, message, e)
                    : new InfrastructureException(message, e);
        }
        String message = "gateway " + settings.url() + ": " + reason(e);
        return isAway(e)
                ? new ServiceAwayException(ServiceAwayException.GATEWAY, message, e)
                : new InfrastructureException(message, e);
    }

    private static boolean isAway(IOException e) {
        return e instanceof ConnectException
                || e instanceof UnknownHostException
                || e instanceof NoRouteToHostException
                || e instanceof NoHttpResponseException
                || e instanceof InterruptedIOException
                || e instanceof SSLHandshakeException
                || e instanceof SSLPeerUnverifiedException;
    }

    private static String reason(IOException e) {
        return e instanceof UnknownHostException
                ? "unknown host " + e.getMessage()
                : e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
