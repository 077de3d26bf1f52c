package sg.aiverify.worker.gateway.internal;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.core5.http.NoHttpResponseException;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.ServiceUnavailableException;

/** Describes and classifies failed calls to the gateway. Thread-safe. */
final class GatewayErrors {
    private static final String LOGIN_ADVICE = "; check " + GatewaySettings.TOKEN_FILE.name() + ", "
            + GatewaySettings.HEADERS_FILE.name() + " and the login of the proxy";

    private final GatewaySettings settings;

    GatewayErrors(GatewaySettings settings) {
        this.settings = settings;
    }

    /** Returns a description of a failed call. */
    String describe(IOException e) {
        return "gateway " + reason(e);
    }

    /** Like {@link #describe}, for a text that already mentions the gateway. */
    String reason(IOException e) {
        String reason = e instanceof BadResponse response
                ? response.getMessage() + (response.isLogin() ? LOGIN_ADVICE : "")
                : Reason.of(e);
        return settings.url() + ": " + reason;
    }

    /** Converts a failed call to the failure of a run, or of the gateway if it is unavailable. */
    InfrastructureException failure(IOException e, boolean unavailable, Duration lasted) {
        String message = describe(e);
        return unavailable
                ? new ServiceUnavailableException(ServiceUnavailableException.GATEWAY, message, e, lasted)
                : new InfrastructureException(message, e);
    }

    /** Returns whether the same call may succeed later. */
    static boolean isTransient(IOException e) {
        return !(e instanceof BadResponse response) || response.isTransient();
    }

    /** Returns whether the gateway could not be reached. */
    static boolean isUnavailable(IOException e) {
        return e instanceof BadResponse response && response.isUnavailable()
                || e instanceof ConnectException
                || e instanceof UnknownHostException
                || e instanceof NoRouteToHostException
                || e instanceof NoHttpResponseException
                || e instanceof InterruptedIOException
                || e instanceof SSLHandshakeException
                || e instanceof SSLPeerUnverifiedException;
    }
}
