package sg.aiverify.worker.app.doctor;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.time.Duration;
import java.util.function.Supplier;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.gateway.internal.GatewayProbe;
import sg.aiverify.worker.gateway.internal.GatewaySettings;

/** Checks whether the API gateway responds: requests a test run that cannot exist. */
public final class GatewayCheck implements Check {
    private static final String ADVICE = "start the gateway, or set APIGW_URL to its address";

    private final Supplier<GatewaySettings> settings;
    private final Duration limit;

    /**
     * Creates the check.
     *
     * @param settings reads the gateway's settings; throws {@link ConfigurationException} if they are wrong
     * @param limit the time limit for the response
     */
    public GatewayCheck(Supplier<GatewaySettings> settings, Duration limit) {
        this.settings = settings;
        this.limit = limit;
    }

    @Override
    public String name() {
        return "API gateway";
    }

    @Override
    public Finding run() {
        GatewaySettings read;
        try {
            read = settings.get();
        } catch (ConfigurationException e) {
            return Finding.fail(String.valueOf(e.getMessage()), "correct this setting");
        }
        URI url = read.url();
        try {
            return finding(url, GatewayProbe.of(read, limit));
        } catch (ConnectException e) {
            return Finding.fail(url + " cannot be reached", ADVICE);
        } catch (InterruptedIOException e) {
            return Finding.fail(url + " does not respond within " + limit.toMillis() + " ms", ADVICE);
        } catch (IOException e) {
            return Finding.fail("the request to " + url + " failed: " + Reason.of(e), ADVICE);
        } catch (ConfigurationException e) {
            return Finding.fail(String.valueOf(e.getMessage()), "correct this setting");
        }
    }

    private static Finding finding(URI url, GatewayProbe response) {
        int status = response.status();
        if (response.isGateway()) {
            return Finding.ok("responds at " + url);
        }
        if (status >= 500) {
            return Finding.fail(url + " responds with status " + status, "check the gateway's log");
        }
        if (status == 401 || status == 407) {
            return Finding.fail(
                    url + " responds with status " + status + ": it does not accept the worker's login",
                    "check APIGW_TOKEN_FILE, APIGW_HEADERS_FILE and the login of the proxy");
        }
        return Finding.warn(
                url + " responds with status " + status + ", unlike an AI Verify gateway",
                "check APIGW_URL: another server or a proxy may be listening there");
    }
}
