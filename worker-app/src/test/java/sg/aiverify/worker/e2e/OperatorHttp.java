package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks a worker as its operator does. */
public final class OperatorHttp {
    private static final Pattern ADDRESS = Pattern.compile("Health, readiness and metrics: (http://\\S+)");
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private OperatorHttp() {}

    /** Finds where a worker listens in what it wrote. */
    public static String address(String log) {
        Matcher matcher = ADDRESS.matcher(log);
        assertThat(matcher.find()).as(log).isTrue();
        return matcher.group(1);
    }

    /** Gives the status and the body. */
    public static String get(String url) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                CLIENT.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }
}
