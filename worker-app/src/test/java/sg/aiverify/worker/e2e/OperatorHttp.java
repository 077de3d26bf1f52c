package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HTTP requests to a worker, as its operator sends them. */
public final class OperatorHttp {
    private static final Pattern ADDRESS = Pattern.compile("Health, readiness and metrics: (http://\\S+)");
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private OperatorHttp() {}

    /** Finds the address of a worker's HTTP server in its log. */
    public static String address(String log) {
        Matcher matcher = ADDRESS.matcher(log);
        assertThat(matcher.find()).as(log).isTrue();
        return matcher.group(1);
    }

    /** Returns the status code and the body. */
    public static String get(String url) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                CLIENT.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }
}
