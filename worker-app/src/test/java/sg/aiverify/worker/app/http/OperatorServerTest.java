package sg.aiverify.worker.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.app.settings.AppSettings;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.config.internal.Secrets;
import sg.aiverify.worker.engine.WorkerStatus;
import sg.aiverify.worker.engine.WorkerStatus.Phase;
import sg.aiverify.worker.failure.ConfigurationException;

@Timeout(60)
class OperatorServerTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicReference<WorkerStatus> status = new AtomicReference<>(status(Phase.RECEIVING, Map.of()));
    private final CountDownLatch answers = new CountDownLatch(1);
    private final List<AutoCloseable> opened = new ArrayList<>();
    private OperatorServer server;

    @AfterEach
    void close() throws Exception {
        answers.countDown();
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    private static WorkerStatus status(Phase phase, Map<String, String> unavailable) {
        return new WorkerStatus(phase, 2, 1, 0, false, unavailable);
    }

    private Optional<OperatorServer> open(Map<String, String> settings) {
        List<Endpoint> endpoints = new ArrayList<>(Probes.of("java-here", status::get));
        endpoints.add(
                new Endpoint("GET", "/words", "some words", false, request -> OperatorResponse.text(200, "words")));
        endpoints.add(
                new Endpoint("POST", "/words", "take words", false, request -> OperatorResponse.text(202, "taken")));
        endpoints.add(new Endpoint("GET", "/slow", "takes its time", false, request -> slow()));
        endpoints.add(new Endpoint("GET", "/broken", "fails", false, request -> {
            throw new IllegalStateException("a bug");
        }));
        Optional<OperatorServer> made = OperatorServer.open(Settings.of(settings), endpoints);
        made.ifPresent(opened::add);
        return made;
    }

    private OperatorResponse slow() {
        try {
            answers.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return OperatorResponse.text(200, "at last");
    }

    private void start(Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(Map.of("TEWORKER_HTTP_PORT", "0"));
        settings.putAll(more);
        server = open(settings).orElseThrow();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.address().getPort() + path))
                .timeout(BOUND);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    private void assertReady(int code, String body) throws IOException, InterruptedException {
        HttpResponse<String> answer = get("/readyz");
        assertThat(answer.statusCode()).isEqualTo(code);
        assertThat(answer.body()).isEqualTo(body + "worker java-here\n");
    }

    @Test
    void aWorkerThatTakesTasksIsAliveAndReady() throws Exception {
        start(Map.of());

        HttpResponse<String> alive = get("/livez");

        assertThat(alive.statusCode()).isEqualTo(200);
        assertThat(alive.body()).isEqualTo("alive\n");
        assertThat(alive.headers().firstValue("Content-Type")).hasValue("text/plain; charset=utf-8");
        assertThat(alive.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertReady(200, "ready\n");
    }

    @Test
    void aWorkerThatTakesNoTasksSaysWhyAndIsAliveAllTheSame() throws Exception {
        start(Map.of());

        status.set(status(Phase.NEW, Map.of()));
        assertReady(503, "not ready\nnot started yet\n");
        status.set(status(Phase.DRAINING, Map.of()));
        assertReady(503, "not ready\ndraining: no more tasks are received, 1 in progress\n");
        status.set(status(Phase.RECEIVING, Map.of("queue", "Valkey is gone", "gateway", "nobody answers")));
        assertReady(503, "not ready\ngateway: nobody answers\nqueue: Valkey is gone\n");
        status.set(new WorkerStatus(Phase.RECEIVING, 2, 1, 0, true, Map.of()));
        assertReady(503, "not ready\nthe disk of the runs is full\n");

        assertThat(get("/livez").statusCode()).isEqualTo(200);
    }

    @Test
    void aBrokenWorkerIsNeitherAliveNorReady() throws Exception {
        start(Map.of());
        status.set(status(Phase.BROKEN, Map.of()));

        HttpResponse<String> alive = get("/livez");

        assertThat(alive.statusCode()).isEqualTo(503);
        assertThat(alive.body()).startsWith("not alive\nbroken: ");
        assertThat(get("/readyz").statusCode()).isEqualTo(503);
    }

    @Test
    void anUnknownPathIsAnsweredWithWhatThereIs() throws Exception {
        start(Map.of());

        HttpResponse<String> answer = get("/metric?all=1");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body())
                .startsWith("/metric does not exist; available:\n")
                .contains("GET /livez  ", "GET /readyz  ", "POST /words  take words");
    }

    @Test
    void otherMethodsAreRefusedWithThoseThatAreAllowed() throws Exception {
        start(Map.of());

        HttpResponse<String> probe =
                send(request("/livez").POST(HttpRequest.BodyPublishers.ofString("x".repeat(100_000))));
        HttpResponse<String> words = send(request("/words").DELETE());

        assertThat(probe.statusCode()).isEqualTo(405);
        assertThat(probe.headers().firstValue("Allow")).hasValue("GET, HEAD");
        assertThat(words.statusCode()).isEqualTo(405);
        assertThat(words.headers().firstValue("Allow")).hasValue("GET, HEAD, POST");
        assertThat(send(request("/words").POST(HttpRequest.BodyPublishers.ofString("w")))
                        .statusCode())
                .isEqualTo(202);
        assertThat(get("/livez").statusCode()).isEqualTo(200);
    }

    @Test
    void whoAsksForTheHeadOnlyGetsNoBody() throws Exception {
        start(Map.of());

        HttpResponse<String> answer = send(request("/readyz").method("HEAD", HttpRequest.BodyPublishers.noBody()));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void anEndpointThatFailsIsAnsweredForAndHarmsNoOther() throws Exception {
        start(Map.of());

        HttpResponse<String> answer = get("/broken");

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).doesNotContain("a bug");
        assertReady(200, "ready\n");
    }

    @Test
    void withATokenOnlyTheProbesAreForEverybody() throws Exception {
        Path file = Files.writeString(directory.resolve("token"), "open-sesame\n");
        start(Map.of("TEWORKER_HTTP_TOKEN_FILE", file.toString()));

        Settings settings = Settings.of(Map.of("TEWORKER_HTTP_TOKEN_FILE", file.toString()));
        assertThat(Secrets.of(settings, AppSettings.all()).masked("it is open-sesame"))
                .isEqualTo("it is ***");
        HttpResponse<String> refused = get("/words");

        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate")).hasValue("Bearer realm=\"aiverify-worker\"");
        for (String wrong : List.of("Bearer open-sesam", "Bearer ", "Basic open-sesame", "open-sesame", "Bearer é")) {
            assertThat(send(request("/words").header("Authorization", wrong)).statusCode())
                    .as(wrong)
                    .isEqualTo(401);
        }
        assertThat(get("/nowhere").statusCode()).isEqualTo(401);
        assertThat(get("/livez").statusCode()).isEqualTo(200);
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
        assertThat(send(request("/words").header("Authorization", "bearer open-sesame"))
                        .body())
                .isEqualTo("words\n");
    }

    @Test
    void aTokenThatIsRenewedHoldsAtOnceAndOneThatCannotBeReadChangesNothing() throws Exception {
        Path file = Files.writeString(directory.resolve("token"), "old-token");
        start(Map.of("TEWORKER_HTTP_TOKEN_FILE", file.toString()));

        Files.writeString(file, "new-token-now");
        assertThat(send(request("/words").header("Authorization", "Bearer old-token"))
                        .statusCode())
                .isEqualTo(401);
        Files.writeString(file, "two words");
        Files.setLastModifiedTime(file, FileTime.fromMillis(0));
        assertThat(send(request("/words").header("Authorization", "Bearer new-token-now"))
                        .statusCode())
                .isEqualTo(200);
        Files.delete(file);
        assertThat(send(request("/words").header("Authorization", "Bearer new-token-now"))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aTokenFileThatCannotBeUsedEndsTheStartAndShowsNothingOfIt() throws Exception {
        Path blank = Files.writeString(directory.resolve("blank"), " \n");
        Path words = Files.writeString(directory.resolve("words"), "open sesame");
        Path large = Files.writeString(directory.resolve("large"), "x".repeat(70_000));

        assertRefused(
                "TEWORKER_HTTP_TOKEN_FILE=" + blank + " contains no token", "TEWORKER_HTTP_TOKEN_FILE", "" + blank);
        assertRefused(
                "TEWORKER_HTTP_TOKEN_FILE=" + words + " must contain one word of printable ASCII only",
                "TEWORKER_HTTP_TOKEN_FILE",
                "" + words);
        assertRefused(
                "TEWORKER_HTTP_TOKEN_FILE=" + large + " is larger than 65536 bytes",
                "TEWORKER_HTTP_TOKEN_FILE",
                "" + large);
        assertThatThrownBy(() -> open(Map.of(
                        "TEWORKER_HTTP_PORT",
                        "0",
                        "TEWORKER_HTTP_TOKEN_FILE",
                        directory.resolve("none").toString())))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("cannot be read");
    }

    private void assertRefused(String message, String name, String value) {
        assertThatThrownBy(() -> open(Map.of("TEWORKER_HTTP_PORT", "0", name, value)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(message);
    }

    @Test
    void thePortMayBeSwitchedOff() {
        assertThat(open(Map.of("TEWORKER_HTTP_PORT", "off"))).isEmpty();
        assertThatThrownBy(() -> open(Map.of("TEWORKER_HTTP_PORT", "65536")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("TEWORKER_HTTP_PORT='65536'")
                .hasMessageContaining("allowed: a whole number from 0 to 65535, or off");
    }

    @Test
    void aPortThatIsTakenEndsTheStartIfItWasAskedFor() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = "" + taken.getLocalPort();

            String said = "TEWORKER_HTTP_PORT=" + port + " cannot be used: another program uses port " + port
                    + " at 127.0.0.1; set it to a free port, to 0 for any free port, or to off";
            assertThatThrownBy(() -> open(Map.of("TEWORKER_HTTP_PORT", port)))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessage(said);
            assertThatThrownBy(() -> OperatorServer.check(Settings.of(Map.of("TEWORKER_HTTP_PORT", port))))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessage(said);
        }
    }

    @Test
    void aDefaultPortThatIsTakenIsGoneWithout() throws IOException {
        // Another program may already use the port; it is in use in both cases.
        try (ServerSocket taken = new ServerSocket()) {
            try {
                taken.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), 8485));
            } catch (IOException e) {
                assertThat(e).isInstanceOf(java.net.BindException.class);
            }

            OperatorServer.check(Settings.of(Map.of()));
            assertThat(open(Map.of())).isEmpty();
        }
    }

    @Test
    void aHostThatIsUnknownOrNotOfThisMachineEndsTheStart() {
        assertRefused(
                "TEWORKER_HTTP_HOST=192.0.2.1 is not an address of this machine", "TEWORKER_HTTP_HOST", "192.0.2.1");
        assertRefused(
                "TEWORKER_HTTP_HOST=no.such.invalid is not an IP address or the name of a known host",
                "TEWORKER_HTTP_HOST",
                "no.such.invalid");
    }

    @Test
    void everyAddressOfTheMachineMayBeListenedAt() throws Exception {
        start(Map.of("TEWORKER_HTTP_HOST", "0.0.0.0"));

        assertReady(200, "ready\n");
    }

    @Test
    void clientsThatHangKeepNobodyWaitingAndTheOldestGoWhenThereAreTooMany() throws Exception {
        start(Map.of());
        List<Socket> hanging = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Socket socket = new Socket(
                    InetAddress.getLoopbackAddress(), server.address().getPort());
            opened.add(socket);
            socket.getOutputStream()
                    .write("GET /readyz HTTP/1.1\r\nHost: x\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII));
            hanging.add(socket);
        }

        for (int i = 0; i < 5; i++) {
            assertReady(200, "ready\n");
        }

        hanging.get(0).setSoTimeout((int) BOUND.toMillis());
        assertThat(end(hanging.get(0).getInputStream())).isTrue();
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread ->
                        thread.getName().startsWith("http-") || thread.getName().startsWith("probes-"))
                .hasSizeLessThanOrEqualTo(6);
    }

    private static boolean end(InputStream input) {
        try {
            return input.read() < 0;
        } catch (IOException e) {
            return e instanceof java.net.SocketException;
        }
    }

    @Test
    void answersThatTakeLongKeepNoProbeWaitingAndTooManyOfThemAreRefused() throws Exception {
        start(Map.of());
        List<CompletableFuture<HttpResponse<String>>> slow = new ArrayList<>();
        for (int i = 0; i < 4 + 64 + 1; i++) {
            slow.add(client.sendAsync(request("/slow").build(), HttpResponse.BodyHandlers.ofString()));
        }

        await().atMost(BOUND)
                .until(() -> slow.stream().filter(CompletableFuture::isDone).count() == 1);
        assertReady(200, "ready\n");
        answers.countDown();

        assertThat(slow.stream().map(answer -> answer.join().statusCode()))
                .filteredOn(code -> code == 200)
                .hasSize(4 + 64);
    }

    @Test
    void aHeadThatIsTooLongOrNoHttpAtAllIsRefused() throws Exception {
        start(Map.of());

        assertThat(send(request("/livez").header("X-Long", "x".repeat(20_000))).statusCode())
                .isBetween(400, 499);
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.address().getPort())) {
            socket.setSoTimeout((int) BOUND.toMillis());
            socket.getOutputStream().write("\u0000\u0001 nonsense\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 400");
        }
        assertReady(200, "ready\n");
    }

    @Test
    void aServerThatIsClosedListensNoMore() {
        start(Map.of());
        server.close();
        server.close();

        assertThatThrownBy(() -> get("/livez")).isInstanceOf(IOException.class);
        await().atMost(BOUND)
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .noneMatch(thread -> thread.getName().matches("(server|http|probes)-.*")));
    }
}
