package sg.aiverify.worker.app.doctor;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;

/** Looks whether the API gateway answers: asks for a test run that cannot exist. */
public final class GatewayCheck implements Check {
    private static final String NOBODYS_RUN = "/test_runs/00000000-0000-0000-0000-000000000000";
    private static final String ADVICE = "start the gateway, or set APIGW_URL to where it is";

    private final String url;
    private final Duration limit;

    /**
     * Creates the check.
     *
     * @param url the gateway's address
     * @param limit how long it may take to answer
     */
    public GatewayCheck(String url, Duration limit) {
        this.url = url.replaceAll("/+$", "");
        this.limit = limit;
    }

    @Override
    public String name() {
        return "API gateway";
    }

    @Override
    public Finding look() throws InterruptedException {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url + NOBODYS_RUN))
                    .timeout(limit)
                    .GET()
                    .build();
            HttpResponse<String> response = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(limit)
                    .build()
                    .send(request, HttpResponse.BodyHandlers.ofString());
            return judge(response);
        } catch (HttpTimeoutException e) {
            return Finding.fail(url + " does not answer within " + limit.toMillis() + " ms", ADVICE);
        } catch (ConnectException e) {
            return Finding.fail(url + " cannot be reached", ADVICE);
        } catch (IOException e) {
            return Finding.fail(url + " cannot be asked: " + e, ADVICE);
        } catch (IllegalArgumentException e) {
            return Finding.fail(
                    "APIGW_URL=" + url + " is no address", "set it to something like http://127.0.0.1:4000");
        }
    }

    private Finding judge(HttpResponse<String> response) {
        if (response.statusCode() == 404 && response.body().contains("\"detail\"")) {
            return Finding.ok("answers at " + url);
        }
        if (response.statusCode() >= 500) {
            return Finding.fail(url + " answers with " + response.statusCode(), "look at the gateway's own log");
        }
        return Finding.warn(
                url + " answers with " + response.statusCode() + ", unlike an AI Verify gateway",
                "check APIGW_URL: another server or a proxy may be listening there");
    }
}
