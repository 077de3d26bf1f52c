package sg.aiverify.worker.gateway.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sg.aiverify.worker.gateway.internal.ScriptedServer.bytes;
import static sg.aiverify.worker.gateway.internal.ScriptedServer.cutOff;
import static sg.aiverify.worker.gateway.internal.ScriptedServer.json;
import static sg.aiverify.worker.gateway.internal.ScriptedServer.noAnswer;
import static sg.aiverify.worker.gateway.internal.ScriptedServer.status;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.CapturedLog;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.gateway.Gateway.FileType;
import sg.aiverify.worker.gateway.Gateway.Store;
import sg.aiverify.worker.gateway.RunState;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.CancellationSource;

@Timeout(60)
class HttpGatewayTest {
    private static final ScriptedServer.Step NOT_PENDING = json(400, "{\"detail\":\"Test run status is not pending\"}");
    private static final String UNKNOWN_RUN = "GET /test_runs/00000000-0000-0000-0000-000000000000";
    private static final ScriptedServer.Step FAILURE = json(500, "{\"detail\":\"Internal server error\"}");
    private static final ScriptedServer.Step UNKNOWN = json(404, "{\"detail\":\"Test run not found\"}");
    private static final ScriptedServer.Step DONE = json(200, "{}");

    @TempDir
    private Path directory;

    private final ScriptedServer server = new ScriptedServer();
    private final HttpGateway gateway = QuickGateway.at(server.url());
    private final CancellationSource running = new CancellationSource();
    private Path target;

    @BeforeEach
    void target() {
        target = directory.resolve("target");
    }

    @AfterEach
    void stop() {
        gateway.close();
        server.close();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    // Downloads

    @Test
    void a_download_is_written_and_hashed() throws Exception {
        byte[] body = new byte[300_000];
        new java.util.Random(1).nextBytes(body);
        server.on("GET /storage/models/a.sav", bytes(body));
        assertThat(gateway.download(Store.MODELS, "a.sav", target, running)).isEqualTo(sha256(body));
        assertThat(target).hasBinaryContent(body);
        assertThat(server.seen().get(0).headers())
                .containsEntry("Accept-encoding", List.of("identity"))
                .doesNotContainKey("Upgrade");
    }

    @Test
    void a_download_goes_to_the_disk_while_it_comes_and_is_not_gathered_in_memory() throws Exception {
        byte[] half = new byte[4_000_000];
        AtomicReference<Boolean> onDisk = new AtomicReference<>(false);
        server.on("GET /storage/models/a.sav", exchange -> {
            exchange.sendResponseHeaders(200, 2L * half.length);
            exchange.getResponseBody().write(half);
            exchange.getResponseBody().flush();
            // The second half is sent only when most of the first is in the file.
            long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (!onDisk.get() && System.nanoTime() < end) {
                onDisk.set(target.toFile().length() > half.length / 2);
                Thread.onSpinWait();
            }
            exchange.getResponseBody().write(half);
        });

        gateway.download(Store.MODELS, "a.sav", target, running);

        assertThat(onDisk.get()).isTrue();
        assertThat(target).hasSize(2L * half.length);
    }

    @Test
    void an_algorithm_is_asked_for_by_plugin_and_id() throws Exception {
        server.on("GET /plugins/my.plugin/algorithms/my-algo", bytes(text("zip")));
        assertThat(gateway.downloadAlgorithm("my.plugin", "my-algo", target, running))
                .isEqualTo(sha256(text("zip")));
    }

    @Test
    void a_download_that_fails_with_5xx_is_tried_again() throws Exception {
        server.on("GET /storage/datasets/d", FAILURE, json(503, ""), bytes(text("data")));
        assertThat(gateway.download(Store.DATASETS, "d", target, running)).isEqualTo(sha256(text("data")));
        assertThat(server.lines()).hasSize(3);
    }

    @Test
    void a_download_that_breaks_off_begins_again() throws Exception {
        byte[] body = text("0123456789".repeat(1000));
        server.on("GET /storage/datasets/d", cutOff(text("x".repeat(50_000))), noAnswer(), bytes(body));
        assertThat(gateway.download(Store.DATASETS, "d", target, running)).isEqualTo(sha256(body));
        assertThat(target).hasBinaryContent(body);
    }

    @Test
    void a_file_that_is_missing_fails_the_task_by_name_at_once() {
        server.on("GET /storage/models/gone", json(404, "{\"detail\":\"Model file not found\"}"));
        assertThatThrownBy(() -> gateway.download(Store.MODELS, "gone", target, running))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContainingAll("HTTP Error: 404 - Not Found", "Model file not found", "model 'gone'");
        assertThat(server.lines()).hasSize(1);
    }

    @Test
    void an_algorithm_that_is_missing_may_be_mistyped_and_an_empty_answer_says_nothing() {
        server.on("GET /plugins/me/algorithms/nosuch", json(404, "{}"), json(404, "null"));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> gateway.downloadAlgorithm("me", "nosuch", target, running))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessage("HTTP Error: 404 - Not Found: the gateway has no algorithm 'me/nosuch'; it is mistyped,"
                            + " or was deleted or renamed since the test run was submitted");
        }
    }

    @Test
    void what_is_tried_again_is_named() {
        try (CapturedLog log = new CapturedLog(Level.INFO)) {
            server.on("GET /storage/models/a", FAILURE, bytes(text("data")));
            gateway.download(Store.MODELS, "a", target, running);

            assertThat(log.texts(Level.INFO))
                    .singleElement()
                    .asString()
                    .endsWith(" (Internal server error), during the download of the model 'a'; retrying");
        }
    }

    @Test
    void a_name_that_the_gateway_refuses_fails_the_task() {
        server.on("GET /storage/models/odd", json(400, "{\"detail\":\"Invalid filename\"}"));
        assertThatThrownBy(() -> gateway.download(Store.MODELS, "odd", target, running))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContainingAll("HTTP Error: 400", "Invalid filename", "model 'odd'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "../a", "/etc/passwd", "a b", "ä", "a?b", "a%2fb", "a\nb"})
    void names_that_the_gateway_cannot_have_are_refused_before_it_is_asked(String name) {
        assertThatThrownBy(() -> gateway.download(Store.DATASETS, name, target, running))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContainingAll("dataset", "'" + name + "'", "allowed");
        assertThat(server.lines()).isEmpty();
    }

    @Test
    void a_lasting_error_is_an_infrastructure_failure() {
        server.on("GET /storage/models/a", FAILURE);
        assertThatThrownBy(() -> gateway.download(Store.MODELS, "a", target, running))
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContainingAll("gateway " + server.url(), "HTTP Error: 500", "model 'a'");
        assertThat(server.count("GET /storage/models/a")).isEqualTo(1 + QuickGateway.RETRIES);
    }

    @Test
    void redirects_are_not_followed() {
        server.on("GET /storage/models/a", exchange -> {
            exchange.getResponseHeaders().set("Location", "/elsewhere");
            exchange.sendResponseHeaders(302, -1);
        });
        assertThatThrownBy(() -> gateway.download(Store.MODELS, "a", target, running))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContainingAll("302", "/elsewhere");
        assertThat(server.lines()).hasSize(1);
    }

    @Test
    void a_cancellation_stops_a_download_in_the_middle() throws Exception {
        CountDownLatch halfway = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        server.on("GET /storage/models/a", exchange -> {
            exchange.sendResponseHeaders(200, 1_000_000);
            exchange.getResponseBody().write(new byte[500_000]);
            exchange.getResponseBody().flush();
            halfway.countDown();
            await(end);
        });
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            Future<String> download = pool.submit(() -> gateway.download(Store.MODELS, "a", target, running));
            halfway.await();
            running.cancel(CancelReason.CANCELLED);
            assertThatThrownBy(download::get).hasCauseInstanceOf(RunCancelledException.class);
        } finally {
            end.countDown();
            pool.shutdownNow();
        }
        assertThat(server.lines()).hasSize(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void that_a_run_is_not_known_and_asked_for_again_has_one_line() {
        server.on("GET /test_runs/1", UNKNOWN);
        try (CapturedLog log = new CapturedLog(Level.INFO)) {
            assertThat(gateway.state("1", running).status()).isEqualTo(RunStatus.ABSENT);

            assertThat(log.texts(Level.INFO))
                    .singleElement()
                    .asString()
                    .startsWith("The run is unknown at the gateway, repeating the request for up to ");
        }
    }

    // An unavailable gateway

    @Test
    void a_refused_connection_means_that_the_gateway_is_unavailable() throws IOException {
        URI nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
        try (HttpGateway unavailable = QuickGateway.at(nobody)) {
            assertThatThrownBy(() -> unavailable.state("1", running))
                    .isInstanceOf(ServiceUnavailableException.class)
                    .hasMessageContainingAll("gateway " + nobody, "refused")
                    .satisfies(e -> assertThat(((ServiceUnavailableException) e).lasted())
                            .as("since its first failure")
                            .isPositive());
            assertThatThrownBy(() -> unavailable.progress("1", 5)).isInstanceOf(ServiceUnavailableException.class);
        }
    }

    @Test
    void an_unknown_host_means_that_the_gateway_is_unavailable() {
        try (HttpGateway unavailable = QuickGateway.at(URI.create("http://gateway.invalid:4000"))) {
            assertThatThrownBy(() -> unavailable.download(Store.MODELS, "a", target, running))
                    .isInstanceOf(ServiceUnavailableException.class)
                    .hasMessageContainingAll("gateway http://gateway.invalid:4000", "unknown host");
        }
    }

    @Test
    void silence_means_that_the_gateway_is_unavailable() {
        CountDownLatch end = new CountDownLatch(1);
        server.on("GET /test_runs/1", exchange -> await(end)).on(UNKNOWN_RUN, exchange -> await(end));
        try (HttpGateway silent = QuickGateway.at(server.url(), Duration.ofMillis(50))) {
            assertThatThrownBy(() -> silent.state("1", running))
                    .isInstanceOf(ServiceUnavailableException.class)
                    .hasMessageContaining("timed out");
        } finally {
            end.countDown();
        }
    }

    @Test
    void a_proxy_without_its_gateway_means_that_the_gateway_is_unavailable() {
        ScriptedServer.Step unavailable = bytes(503, "text/html", text("<h1>Service Unavailable</h1>"));
        server.on("GET /test_runs/1", unavailable).on(UNKNOWN_RUN, unavailable);
        assertThatThrownBy(() -> gateway.state("1", running))
                .isInstanceOf(ServiceUnavailableException.class)
                .hasMessageContaining("503");
    }

    @Test
    void a_gateway_that_answers_other_requests_is_available_even_if_one_of_them_fails() {
        for (ScriptedServer.Step step : List.of(json(503, ""), noAnswer(), json(500, ""))) {
            server.on("GET /storage/models/a", step).on(UNKNOWN_RUN, UNKNOWN);
            assertThatThrownBy(() -> gateway.download(Store.MODELS, "a", target, running))
                    .isExactlyInstanceOf(InfrastructureException.class);
        }
    }

    @Test
    void the_gateway_is_unavailable_while_a_login_is_missing() {
        server.on("GET /storage/models/a", json(401, "")).on(UNKNOWN_RUN, json(401, ""));
        assertThatThrownBy(() -> gateway.download(Store.MODELS, "a", target, running))
                .isInstanceOf(ServiceUnavailableException.class);
    }

    @Test
    void a_gateway_that_fails_every_request_is_unavailable_and_reports_nothing_about_a_run() {
        server.on("GET /test_runs/1", FAILURE)
                .on("PATCH /test_runs/1", FAILURE)
                .on("GET /storage/models/a", FAILURE)
                .on(UNKNOWN_RUN, FAILURE);
        assertThatThrownBy(() -> gateway.state("1", running)).isInstanceOf(ServiceUnavailableException.class);
        assertThatThrownBy(() -> gateway.fail("1", "bad", running)).isInstanceOf(ServiceUnavailableException.class);
        assertThatThrownBy(() -> gateway.download(Store.MODELS, "a", target, running))
                .isInstanceOf(ServiceUnavailableException.class)
                .hasMessageContaining("HTTP Error: 500");
    }

    @Test
    void a_gateway_that_fails_on_one_run_only_is_available_and_the_run_has_not_ended() {
        server.on("GET /test_runs/1", FAILURE).on("PATCH /test_runs/1", FAILURE).on(UNKNOWN_RUN, UNKNOWN);
        assertThat(gateway.state("1", running).status()).isEqualTo(RunStatus.PENDING);
        assertThatThrownBy(() -> gateway.fail("1", "bad", running)).isExactlyInstanceOf(InfrastructureException.class);
    }

    @Test
    void a_gateway_whose_answers_all_break_off_is_unavailable() {
        ScriptedServer.Step broken = cutOff(text("{\"status\":\"pending\"}"));
        server.on("GET /test_runs/1", broken).on(UNKNOWN_RUN, UNKNOWN, broken);
        assertThatThrownBy(() -> gateway.state("1", running)).isExactlyInstanceOf(InfrastructureException.class);
        assertThatThrownBy(() -> gateway.state("1", running)).isInstanceOf(ServiceUnavailableException.class);
    }

    // Runs

    @ParameterizedTest
    @ValueSource(strings = {"pending", "success", "error", "cancelled"})
    void a_status_is_read_from_the_runs_own_field(String status) {
        server.on("GET /test_runs/1", status(status));
        assertThat(gateway.state("1", running).status().name()).isEqualToIgnoringCase(status);
    }

    @Test
    void a_run_that_is_not_committed_yet_is_asked_for_again() {
        server.on("GET /test_runs/1", UNKNOWN, UNKNOWN, status("pending"));
        assertThat(gateway.state("1", running).status()).isEqualTo(RunStatus.PENDING);
    }

    @ParameterizedTest
    @CsvSource({"42,42", "0,0", "null,0", "'\"7\"',0", "{},0", "-3,0", "700,100", "33.9,33"})
    void the_progress_reported_before_is_read_in_any_form(String reported, int expected) {
        server.on("GET /test_runs/1", json(200, "{\"progress\":" + reported + ",\"status\":\"pending\"}"));
        assertThat(gateway.state("1", running)).isEqualTo(new RunState(RunStatus.PENDING, expected));
    }

    @Test
    void a_run_that_stays_unknown_is_absent() {
        server.on("GET /test_runs/1", UNKNOWN);
        assertThat(gateway.state("1", running).status()).isEqualTo(RunStatus.ABSENT);
        assertThat(server.lines()).hasSize(1 + QuickGateway.RETRIES);
    }

    @Test
    void an_empty_change_shows_whether_a_run_that_the_gateway_cannot_show_has_ended() {
        server.on("GET /test_runs/1", FAILURE).on("PATCH /test_runs/1", DONE, NOT_PENDING, UNKNOWN);
        assertThat(gateway.state("1", running).status()).isEqualTo(RunStatus.PENDING);
        assertThat(gateway.state("1", running).status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(gateway.state("1", running).status()).isEqualTo(RunStatus.ABSENT);
    }

    @Test
    void a_run_id_stays_one_segment_of_the_address() {
        server.on("GET /test_runs/a%2Fb%3Fc%20%C3%A4", status("pending"));
        assertThat(gateway.state("a/b?c ä", running).status()).isEqualTo(RunStatus.PENDING);
    }

    @Test
    void progress_is_a_whole_number_sent_once() {
        AtomicReference<String> body = new AtomicReference<>();
        server.on("PATCH /test_runs/1", recording(body, DONE), NOT_PENDING, FAILURE);
        assertThat(gateway.progress("1", 42)).isTrue();
        assertThat(body.get()).isEqualTo("{\"progress\":42}");
        assertThat(server.seen().get(0).headers().get("Content-type").get(0)).startsWith("application/json");
        assertThat(gateway.progress("1", 43)).isFalse();
        assertThatThrownBy(() -> gateway.progress("1", 44)).isInstanceOf(InfrastructureException.class);
        assertThat(server.lines()).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 101})
    void progress_out_of_range_is_refused(int percent) {
        assertThatThrownBy(() -> gateway.progress("1", percent)).isInstanceOf(IllegalArgumentException.class);
    }

    private static ScriptedServer.Step recording(AtomicReference<String> body, ScriptedServer.Step then) {
        return exchange -> {
            body.set(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            then.answer(exchange);
        };
    }

    @Test
    void an_error_is_stored_bounded_once_the_gateway_knows_the_run() {
        AtomicReference<String> body = new AtomicReference<>();
        server.on("PATCH /test_runs/1", UNKNOWN, FAILURE, recording(body, DONE));
        assertThat(gateway.fail("1", "bad \"thing\"\u0000" + "x".repeat(100_000), running))
                .isTrue();
        assertThat(body.get())
                .startsWith("{\"status\":\"error\",\"errorMessages\":\"bad \\\"thing\\\"xxx")
                .hasSizeLessThan(FailureText.MAX_BYTES + 200);
    }

    @Test
    void an_error_of_a_run_that_is_over_or_unknown_is_not_stored() {
        server.on("PATCH /test_runs/1", NOT_PENDING).on("PATCH /test_runs/2", UNKNOWN);
        assertThat(gateway.fail("1", "bad", running)).isFalse();
        assertThat(gateway.fail("2", "bad", running)).isFalse();
    }

    @Test
    void an_error_that_an_earlier_attempt_has_stored_counts_as_stored() {
        server.on("PATCH /test_runs/1", NOT_PENDING).on("GET /test_runs/1", status("error"));
        assertThat(gateway.fail("1", "bad", running)).isTrue();
    }

    @Test
    void an_error_whose_answer_was_lost_counts_as_stored() {
        server.on("PATCH /test_runs/1", noAnswer(), NOT_PENDING).on("GET /test_runs/1", status("error"));
        assertThat(gateway.fail("1", "bad", running)).isTrue();
        server.on("PATCH /test_runs/2", noAnswer(), NOT_PENDING).on("GET /test_runs/2", status("cancelled"));
        assertThat(gateway.fail("2", "bad", running)).isFalse();
    }

    @Test
    void a_cancellation_stops_the_retries() {
        server.on("GET /test_runs/1", exchange -> {
            running.cancel(CancelReason.SHUTDOWN);
            exchange.sendResponseHeaders(503, -1);
        });
        assertThatThrownBy(() -> gateway.state("1", running)).isInstanceOf(RunCancelledException.class);
        assertThat(server.lines()).hasSize(1);
    }

    // Files and folders

    @Test
    void the_list_distinguishes_files_from_folders() {
        server.on("GET /test_models/", json(200, """
                        [{"id":1,"filename":"a.sav","fileType":"file","dataColumns":[{"filename":"p"}]},
                         {"filename":"p","fileType":"pipeline"},
                         {"filename":null,"fileType":null},
                         {"filename":"f","fileType":"folder"}]"""));
        assertThat(List.of("a.sav", "p", "f"))
                .map(name -> gateway.fileType(Store.MODELS, name, running).orElseThrow())
                .containsExactly(FileType.FILE, FileType.FOLDER, FileType.FOLDER);
        assertThat(gateway.fileType(Store.MODELS, "x", running)).isEmpty();
    }

    @Test
    void no_type_is_known_if_the_gateway_cannot_show_the_list() {
        server.on("GET /test_datasets/", FAILURE);
        assertThat(gateway.fileType(Store.DATASETS, "a", running)).isEmpty();
    }
}
