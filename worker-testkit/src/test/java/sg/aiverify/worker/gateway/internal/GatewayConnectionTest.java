package sg.aiverify.worker.gateway.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.queue.valkey.internal.TlsFiles;
import sg.aiverify.worker.run.CancellationSource;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.testkit.gateway.StrictGateway;
import sg.aiverify.worker.testkit.gateway.TaskSink;

/** The gateway behind a server that uses TLS and requires a login, and behind a proxy. */
@Timeout(60)
class GatewayConnectionTest {
    private static final String LOGIN =
            "Basic " + Base64.getEncoder().encodeToString("me:se:cret".getBytes(StandardCharsets.UTF_8));

    @TempDir
    Path directory;

    private final List<Map<String, List<String>>> headers = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private static TlsFiles files;
    private StrictGateway strict;
    private HttpsServer front;
    private volatile String token = "first-token";

    @BeforeAll
    static void makeCertificate(@TempDir Path shared) throws Exception {
        files = TlsFiles.create(shared);
    }

    @BeforeEach
    void start() throws Exception {
        strict = StrictGateway.start(new TaskSink() {
            @Override
            public String add(String taskJson) {
                return "1-0";
            }

            @Override
            public void delete(String id) {}
        });
        front = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        front.setHttpsConfigurator(new HttpsConfigurator(context()));
        front.setExecutor(threads);
        lead(front);
        front.start();
    }

    @AfterEach
    void stop() {
        front.stop(0);
        strict.close();
        threads.shutdownNow();
    }

    private SSLContext context() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(files.store())) {
            store.load(in, TlsFiles.PASSWORD);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, TlsFiles.PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    /** Forwards requests that contain the token. */
    private void lead(HttpServer server) {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .executor(threads)
                .build();
        server.createContext("/", exchange -> {
            try (exchange) {
                headers.add(Map.copyOf(exchange.getRequestHeaders()));
                byte[] body = exchange.getRequestBody().readAllBytes();
                if (!("Bearer " + token).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                    exchange.sendResponseHeaders(401, -1);
                    return;
                }
                HttpResponse<byte[]> answer = client.send(
                        HttpRequest.newBuilder(URI.create(
                                        strict.url() + exchange.getRequestURI().toString()))
                                .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
                exchange.sendResponseHeaders(answer.statusCode(), answer.body().length);
                exchange.getResponseBody().write(answer.body());
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        });
    }

    private Path tokenFile() throws IOException {
        return Files.writeString(directory.resolve("token"), token + "\n");
    }

    private Map<String, String> values(String url) throws IOException {
        Map<String, String> values = new HashMap<>();
        values.put("APIGW_URL", url);
        values.put("APIGW_CA_FILE", files.certificate().toString());
        values.put("APIGW_TOKEN_FILE", tokenFile().toString());
        return values;
    }

    private String url() {
        return "https://127.0.0.1:" + front.getAddress().getPort();
    }

    private static HttpGateway gateway(Map<String, String> values) {
        RetrySchedule brief = new RetrySchedule(
                List.of(Duration.ofMillis(2), Duration.ofMillis(2)), RandomGenerator.getDefault(), Waiting.AS_PLANNED);
        Duration limit = Duration.ofSeconds(20);
        return new HttpGateway(
                GatewaySettings.of(Settings.of(values)), new GatewayTiming(limit, limit, limit, brief, brief, brief));
    }

    private static RunStatus ask(HttpGateway gateway) {
        return gateway.state(UUID.randomUUID().toString(), new CancellationSource())
                .status();
    }

    @Test
    void tlsTrustsTheAuthorityOfTheFileAndTheTokenIsShown() throws Exception {
        try (HttpGateway gateway = gateway(values(url()))) {
            assertThat(ask(gateway)).isEqualTo(RunStatus.ABSENT);
        }
        assertThat(strict.requests()).isNotEmpty();
    }

    @Test
    void aServerOfAnotherAuthorityOrNameIsTakenForAwayAndGetsNoToken() throws Exception {
        Map<String, String> untrusted = values(url());
        untrusted.remove("APIGW_CA_FILE");
        try (HttpGateway gateway = gateway(untrusted);
                HttpGateway otherName = gateway(values(url().replace("127.0.0.1", "localhost")))) {
            assertThatThrownBy(() -> ask(gateway)).isInstanceOf(ServiceUnavailableException.class);
            assertThatThrownBy(() -> ask(otherName)).isInstanceOf(ServiceUnavailableException.class);
        }
        assertThat(headers).isEmpty();
    }

    @Test
    void aTokenThatIsRenewedIsReadAgainAndUntilThenTheGatewayCountsAsAway() throws Exception {
        try (HttpGateway gateway = gateway(values(url()))) {
            ask(gateway);
            token = "second-token-which-is-longer";
            assertThatThrownBy(() -> ask(gateway))
                    .isInstanceOf(ServiceUnavailableException.class)
                    .hasMessageContainingAll("401", "APIGW_TOKEN_FILE")
                    .hasMessageNotContaining("token-");

            tokenFile();
            assertThat(ask(gateway)).isEqualTo(RunStatus.ABSENT);

            // The file is empty for a moment while it is rewritten.
            Files.writeString(directory.resolve("token"), "");
            assertThat(ask(gateway)).isEqualTo(RunStatus.ABSENT);
        }
    }

    @Test
    void headersOfAFileAreShown() throws Exception {
        Map<String, String> values = values(url());
        Path file = Files.writeString(
                directory.resolve("headers"), "# for the proxy\nX-Api-Key: a key: with colon\r\n\nX-Team: tests\n");
        values.put("APIGW_HEADERS_FILE", file.toString());
        try (HttpGateway gateway = gateway(values)) {
            ask(gateway);
        }
        assertThat(headers.get(0))
                .containsEntry("X-api-key", List.of("a key: with colon"))
                .containsEntry("X-team", List.of("tests"));
    }

    @Test
    void filesThatCannotBeUsedAreForTheOperatorToFixAndNotShown() throws Exception {
        assertRefused("APIGW_TOKEN_FILE", "se\ncret", "line 1 contains a line break");
        assertRefused("APIGW_TOKEN_FILE", "", "line 1 has no value");
        assertRefused("APIGW_HEADERS_FILE", "# nothing\n", "contains no header");
        assertRefused("APIGW_HEADERS_FILE", "X-A: 1\nsecret", "line 2 is not of the form");
        assertRefused("APIGW_HEADERS_FILE", "Content-Length: 3", "which the worker sets itself");
        assertThatThrownBy(() -> gateway(Map.of("APIGW_URL", "http://g:1", "APIGW_CA_FILE", "/ca.pem")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("APIGW_URL is not https");
    }

    private void assertRefused(String setting, String content, String why) throws IOException {
        Path file = Files.writeString(directory.resolve("refused"), content);
        assertThatThrownBy(() -> gateway(Map.of("APIGW_URL", "http://g:1", setting, file.toString())))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(setting, why)
                .hasMessageNotContaining("cret");
    }

    @Test
    void anHttpsGatewayIsReachedThroughATunnelThatGetsNoToken() throws Exception {
        try (LittleProxy proxy = new LittleProxy(front.getAddress().getPort(), LOGIN)) {
            Map<String, String> values = values("https://gateway.example:4433");
            values.put("HTTPS_PROXY", "http://me:se%3Acret@127.0.0.1:" + proxy.port());
            try (HttpGateway gateway = gateway(values)) {
                assertThat(ask(gateway)).isEqualTo(RunStatus.ABSENT);
            }
            assertThat(proxy.asked).isNotEmpty().allMatch(line -> line.startsWith("CONNECT gateway.example:4433 "));
            assertThat(proxy.heads).noneMatch(head -> head.contains("first-token"));
            assertThat(headers).noneMatch(sent -> sent.containsKey("Proxy-authorization"));
        }
    }

    @Test
    void anHttpGatewayIsReachedThroughAProxy() throws Exception {
        try (LittleProxy proxy = new LittleProxy(strict.url().getPort(), LOGIN)) {
            Map<String, String> values = Map.of(
                    "APIGW_URL",
                    "http://gateway.example:4000",
                    "http_proxy",
                    "http://me:se%3Acret@127.0.0.1:" + proxy.port());
            try (HttpGateway gateway = gateway(values)) {
                assertThat(ask(gateway)).isEqualTo(RunStatus.ABSENT);
            }
            assertThat(proxy.asked)
                    .isNotEmpty()
                    .allMatch(line -> line.contains(" http://gateway.example:4000/test_runs/"));
        }
    }

    @Test
    void aProxyWhoseLoginIsMissingMeansThatTheGatewayIsAway() throws Exception {
        try (LittleProxy proxy = new LittleProxy(strict.url().getPort(), LOGIN)) {
            Map<String, String> values =
                    Map.of("APIGW_URL", "http://gateway.example:4000", "HTTP_PROXY", "127.0.0.1:" + proxy.port());
            try (HttpGateway gateway = gateway(values)) {
                assertThatThrownBy(() -> ask(gateway)).isInstanceOf(ServiceUnavailableException.class);
            }
        }
    }

    @Test
    void noProxyIsHeeded() {
        assertThat(proxied("http://gateway.example:4000", "")).isTrue();
        assertThat(proxied("http://gateway.example:4000", "example")).isFalse();
        assertThat(proxied("http://gateway.example:4000", "other.example, .example"))
                .isFalse();
        assertThat(proxied("http://gateway.example:4000", "way.example")).isTrue();
        assertThat(proxied("http://gateway.example:4000", "GATEWAY.example:4000"))
                .isFalse();
        assertThat(proxied("http://gateway.example:4000", "gateway.example:80")).isTrue();
        assertThat(proxied("http://gateway.example:4000", "*")).isFalse();
        assertThat(proxied("http://10.1.2.3:4000", "10.0.0.0/8")).isFalse();
        assertThat(proxied("http://10.1.2.3:4000", "10.1.2.0/25")).isFalse();
        assertThat(proxied("http://10.1.2.3:4000", "10.1.3.0/24,fd00::/8,10.1.2.0/99"))
                .isTrue();
        assertThat(proxied("http://10.1.2.3:4000", "10.1.2.3")).isFalse();
        assertThat(proxied("http://localhost:4000", "")).isFalse();
        assertThat(proxied("http://127.0.0.1:4000", "")).isFalse();
        assertThat(proxied("http://[::1]:4000", "")).isFalse();
    }

    private static boolean proxied(String url, String noProxy) {
        return GatewayProxy.of(
                        Settings.of(Map.of("HTTP_PROXY", "http://proxy:3128", "NO_PROXY", noProxy)), URI.create(url))
                .isPresent();
    }

    @Test
    void aProxyThatIsNoneIsRefusedWithoutShowingItsPassword() {
        for (String wrong :
                List.of("socks5://me:secret@proxy:1", "http://me:secret@:1", "http://me:secret@proxy:99999")) {
            assertThatThrownBy(() -> gateway(Map.of("APIGW_URL", "http://gateway.example", "HTTP_PROXY", wrong)))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("HTTP_PROXY is not allowed")
                    .hasMessageNotContaining("secret");
        }
    }
}
