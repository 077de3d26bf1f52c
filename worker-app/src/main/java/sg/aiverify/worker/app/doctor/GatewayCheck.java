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

/** Looks whether the API gateway answers: asks for a test run that cannot exist. */
public final class GatewayCheck implements Check {
    private static final String ADVICE = "start the gateway, or set APIGW_URL to where it is";

    private final Supplier<GatewaySettings> settings;
    private final Duration limit;

    /**
     * Creates the check.
     *
     * @param settings read where the gateway is
     * @param limit how long it may take to answer
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
    public Finding look() {
        GatewaySettings read;
        try {
            read = settings.get();
        } catch (ConfigurationException e) {
            return Finding.fail(String.valueOf(e.getMessage()), "correct the setting that is named");
        }
        URI url = read.url();
        try {
            return judge(url, GatewayProbe.of(read, limit));
        } catch (ConnectException e) {
            return Finding.fail(url + " cannot be reached", ADVICE);
        } catch (InterruptedIOException e) {
            return Finding.fail(url + " does not answer within " + limit.toMillis() + " ms", ADVICE);
        } catch (IOException e) {
            return Finding.fail(url + " cannot be asked: " + Reason.of(e), ADVICE);
        } catch (ConfigurationException e) {
            return Finding.fail(String.valueOf(e.getMessage()), "correct the setting that is named");
        }
    }

    private static Finding judge(URI url, GatewayProbe answer) {
        if (answer.isGateway()) {
            return Finding.ok("answers at " + url);
        }
        if (answer.status() >= 500) {
            return Finding.fail(url + " answers with " + answer.status(), "look at the gateway's own log");
        }
        if (answer.status() == 401 || answer.status() == 407) {
            return Finding.fail(
                    url + " answers with " + answer.status() + ": it does not know this worker",
                    "check APIGW_TOKEN_FILE, APIGW_HEADERS_FILE and the login of the proxy");
        }
        return Finding.warn(
                url + " answers with " + answer.status() + ", unlike an AI Verify gateway",
                "check APIGW_URL: another server or a proxy may be listening there");
    }
}
