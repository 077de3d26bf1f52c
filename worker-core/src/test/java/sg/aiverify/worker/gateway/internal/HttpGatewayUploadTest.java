package sg.aiverify.worker.gateway.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static sg.aiverify.worker.gateway.internal.ScriptedServer.json;
import static sg.aiverify.worker.gateway.internal.ScriptedServer.noAnswer;
import static sg.aiverify.worker.gateway.internal.ScriptedServer.status;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.CapturedLog;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.gateway.Gateway;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.CancellationSource;

@Timeout(60)
class HttpGatewayUploadTest {
    private static final String POST = "POST /test_results/upload_zip";
    private static final String GET = "GET /test_runs/1";
    private static final String UNKNOWN_RUN = "GET /test_runs/" + GatewayProbe.UNKNOWN_RUN;
    private static final String PATCH = "PATCH /test_runs/1";
    private static final ScriptedServer.Step STORED = json(200, "[\"/test_results/7\"]");
    private static final ScriptedServer.Step FAILURE = json(500, "{\"detail\":\"Internal server error\"}");

    @TempDir
    private Path directory;

    private final ScriptedServer server = new ScriptedServer();
    private final HttpGateway gateway = QuickGateway.at(server.url());
    private final CancellationSource running = new CancellationSource();
    private final byte[] content = new byte[400_000];
    private Path archive;

    @BeforeEach
    void archive() throws IOException {
        new Random(1).nextBytes(content);
        archive = Files.write(directory.resolve("result.zip"), content);
    }

    @AfterEach
    void stop() {
        gateway.close();
        server.close();
    }

    private boolean upload() {
        return gateway.upload("1", archive, () -> true, running);
    }

    @Test
    void the_archive_is_the_one_file_of_a_form() {
        AtomicReference<byte[]> body = new AtomicReference<>();
        server.on(GET, status("pending")).on(POST, exchange -> {
            body.set(exchange.getRequestBody().readAllBytes());
            STORED.answer(exchange);
        });
        assertThat(upload()).isTrue();
        String type = server.seen().stream()
                .filter(seen -> seen.line().equals(POST))
                .findFirst()
                .orElseThrow()
                .headers()
                .get("Content-type")
                .get(0);
        assertThat(type).startsWith("multipart/form-data; boundary=");
        String boundary = type.substring(type.indexOf('=') + 1);
        byte[] head = ("--" + boundary
                        + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"output.zip\"\r\n"
                        + "Content-Type: application/zip\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] tail = ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII);
        assertThat(body.get())
                .hasSize(head.length + content.length + tail.length)
                .startsWith(head)
                .endsWith(tail);
        assertThat(body.get()).contains(content[0], head.length).contains(content[399_999], head.length + 399_999);
        assertThat(server.count(POST)).isEqualTo(1);
    }

    @Test
    void the_guard_receives_each_failed_upload_unless_its_content_is_the_reason() {
        List<String> failures = new CopyOnWriteArrayList<>();
        Gateway.UploadGuard guard = new Gateway.UploadGuard() {
            @Override
            public boolean confirm() {
                return true;
            }

            @Override
            public void noteFailure(String problem) {
                failures.add(problem);
            }
        };
        String at = server.url() + ": ";
        server.on(GET, status("pending")).on(POST, noAnswer(), json(403, "{\"detail\":\"by the proxy\"}"));
        try (CapturedLog log = new CapturedLog(Level.INFO)) {
            assertThatThrownBy(() -> gateway.upload("1", archive, guard, running))
                    .isInstanceOf(InfrastructureException.class);

            assertThat(log.texts(Level.WARN))
                    .singleElement()
                    .asString()
                    .startsWith(at)
                    .doesNotContain("Exception");
        }
        assertThat(failures).hasSize(2).allMatch(text -> text.startsWith("accepts no results: " + server.url() + ": "));
        assertThat(failures.get(1)).contains("403", "by the proxy");

        failures.clear();
        server.on(POST, json(400, "{\"detail\":\"Invalid result\"}"));
        assertThatThrownBy(() -> gateway.upload("1", archive, guard, running)).isInstanceOf(TaskFailedException.class);
        assertThat(failures).isEmpty();
    }

    @Test
    void the_status_is_asked_when_only_the_last_bytes_are_missing() {
        AtomicLong received = new AtomicLong();
        AtomicBoolean ended = new AtomicBoolean();
        AtomicBoolean endedWhenAsked = new AtomicBoolean(true);
        server.on(POST, exchange -> {
                    count(exchange.getRequestBody(), received);
                    ended.set(true);
                    STORED.answer(exchange);
                })
                .on(GET, exchange -> {
                    await().atMost(Duration.ofSeconds(10)).until(() -> received.get() > content.length);
                    endedWhenAsked.set(ended.get());
                    status("pending").answer(exchange);
                });
        assertThat(upload()).isTrue();
        assertThat(endedWhenAsked).isFalse();
        assertThat(ended).isTrue();
    }

    private static void count(InputStream body, AtomicLong received) throws IOException {
        byte[] buffer = new byte[8192];
        for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
            received.addAndGet(n);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cancelled", "error", "success"})
    void a_run_that_is_over_never_gets_the_whole_upload(String status) {
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        CountDownLatch broken = new CountDownLatch(1);
        server.on(GET, status(status)).on(POST, exchange -> {
            try {
                exchange.getRequestBody().transferTo(received);
            } catch (IOException e) {
                broken.countDown();
                throw e;
            }
        });
        assertThat(upload()).isFalse();
        await().atMost(Duration.ofSeconds(10)).until(() -> broken.getCount() == 0);
        assertThat(new String(received.toByteArray(), StandardCharsets.ISO_8859_1))
                .doesNotEndWith("--\r\n");
        assertThat(server.count(POST)).isEqualTo(1);
    }

    @Test
    void a_cancellation_while_the_status_is_asked_keeps_the_last_bytes_back() {
        AtomicBoolean whole = new AtomicBoolean();
        server.on(GET, exchange -> {
                    running.cancel(CancelReason.LEASE_LOST);
                    status("pending").answer(exchange);
                })
                .on(POST, exchange -> {
                    exchange.getRequestBody().readAllBytes();
                    whole.set(true);
                    STORED.answer(exchange);
                });
        assertThatThrownBy(this::upload).isInstanceOf(RunCancelledException.class);
        assertThat(whole).isFalse();
    }

    @Test
    void a_run_that_is_another_workers_by_then_never_gets_the_whole_upload() {
        AtomicLong received = new AtomicLong();
        server.on(GET, status("pending")).on(POST, exchange -> {
            count(exchange.getRequestBody(), received);
            STORED.answer(exchange);
        });
        assertThatThrownBy(() -> gateway.upload(
                        "1",
                        archive,
                        () -> {
                            await().atMost(Duration.ofSeconds(10)).until(() -> received.get() > content.length);
                            throw new RunCancelledException("the delivery is another worker's");
                        },
                        running))
                .isInstanceOf(RunCancelledException.class);
        assertThat(server.count(POST)).isEqualTo(1);
        assertThat(received.get()).isLessThan(content.length + 200L);
    }

    @Test
    void a_status_asked_before_the_right_to_report_was_acquired_does_not_count() {
        AtomicInteger confirmed = new AtomicInteger();
        server.on(GET, status("pending"), status("success")).on(POST, STORED);

        assertThat(gateway.upload("1", archive, () -> confirmed.incrementAndGet() > 1, running))
                .isFalse();

        assertThat(confirmed).hasValue(1);
        assertThat(server.count(GET)).isEqualTo(2);
    }

    @Test
    void the_right_to_report_is_the_last_thing_that_is_asked_for() {
        server.on(GET, status("pending")).on(POST, exchange -> {
            exchange.getRequestBody().readAllBytes();
            STORED.answer(exchange);
        });
        AtomicInteger confirmed = new AtomicInteger();

        assertThat(gateway.upload("1", archive, () -> confirmed.incrementAndGet() == 3, running))
                .isTrue();

        assertThat(server.count(GET)).isEqualTo(3);
        assertThat(server.count(POST)).isEqualTo(1);
    }

    @Test
    void an_upload_whose_answer_was_lost_is_not_repeated_if_it_was_stored() {
        server.on(POST, noAnswer()).on(GET, status("pending"), status("pending"), status("success"));
        assertThat(upload()).isTrue();
        assertThat(server.count(POST)).isEqualTo(1);
    }

    @Test
    void an_upload_that_was_not_stored_is_repeated() {
        server.on(POST, noAnswer(), FAILURE, STORED).on(GET, status("pending"));
        assertThat(upload()).isTrue();
        assertThat(server.count(POST)).isEqualTo(3);
    }

    @Test
    void a_result_that_turns_up_while_the_upload_is_repeated_counts_as_ours() {
        // The requests for the status: by the first upload, four while in doubt, by the second upload.
        server.on(POST, noAnswer())
                .on(
                        GET,
                        status("pending"),
                        status("pending"),
                        status("pending"),
                        status("pending"),
                        status("pending"),
                        status("success"));
        assertThat(upload()).isTrue();
    }

    @Test
    void a_run_that_was_cancelled_while_the_answer_was_lost_is_given_up() {
        server.on(POST, noAnswer()).on(GET, status("pending"), status("cancelled"));
        assertThat(upload()).isFalse();
        assertThat(server.count(POST)).isEqualTo(1);
    }

    @Test
    void an_upload_that_a_time_limit_ends_reports_its_last_failure() {
        server.on(GET, status("pending")).on(POST, FAILURE, exchange -> {
            running.cancel(CancelReason.TIMED_OUT);
            FAILURE.answer(exchange);
        });

        assertThatThrownBy(this::upload)
                .isInstanceOfSatisfying(
                        RunCancelledException.class,
                        stopped -> assertThat(stopped.output())
                                .startsWith("last failure at the gateway: " + server.url() + ": HTTP Error: 500"));
    }

    @Test
    void no_error_is_reported_for_a_result_that_turns_up_after_the_limit() {
        server.on(POST, exchange -> {
                    exchange.getRequestBody().readAllBytes();
                    running.cancel(CancelReason.TIMED_OUT);
                })
                .on(GET, status("pending"), status("pending"), status("success"))
                .on(PATCH, json(200, "{}"));
        assertThatThrownBy(this::upload).isInstanceOf(RunCancelledException.class);

        assertThat(gateway.fail("1", "took too long", new CancellationSource())).isFalse();

        assertThat(server.count(PATCH)).isZero();
        assertThat(server.count(GET)).isEqualTo(3);
    }

    @Test
    void the_error_of_a_result_that_does_not_turn_up_after_the_limit_is_reported() {
        server.on(POST, exchange -> {
                    exchange.getRequestBody().readAllBytes();
                    running.cancel(CancelReason.TIMED_OUT);
                })
                .on(GET, status("pending"))
                .on(PATCH, json(200, "{}"));
        assertThatThrownBy(this::upload).isInstanceOf(RunCancelledException.class);

        assertThat(gateway.fail("1", "took too long", new CancellationSource())).isTrue();
        assertThat(gateway.fail("1", "took too long", new CancellationSource())).isTrue();

        assertThat(server.count(GET)).isEqualTo(2 + QuickGateway.RETRIES);
    }

    @Test
    void a_result_that_was_sent_before_the_gateway_became_unavailable_is_not_sent_again() {
        server.on(POST, noAnswer()).on(GET, status("pending"), json(503, "")).on(UNKNOWN_RUN, json(503, ""));
        assertThatThrownBy(this::upload).isInstanceOf(ServiceUnavailableException.class);
        server.on(GET, status("pending"), status("success"));

        assertThat(upload()).isTrue();

        assertThat(server.count(POST)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 422})
    void a_refused_result_fails_the_task_with_the_gateways_words(int code) {
        server.on(POST, json(code, "{\"detail\":\"Test result output is invalid\"}"))
                .on(GET, status("pending"));
        assertThatThrownBy(this::upload)
                .isInstanceOf(TaskFailedException.class)
                .hasMessage("Upload failed with status code " + code + ": Test result output is invalid");
        assertThat(server.count(POST)).isEqualTo(1);
    }

    @Test
    void a_lasting_error_is_an_infrastructure_failure() {
        server.on(POST, FAILURE).on(GET, status("pending"));
        assertThatThrownBy(this::upload)
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessageContaining("Upload failed with status code 500: Internal server error");
        assertThat(server.count(POST)).isEqualTo(1 + QuickGateway.RETRIES);
    }

    @Test
    void a_missing_archive_is_an_infrastructure_failure_and_not_the_gateways() {
        assertThatThrownBy(() -> gateway.upload("1", directory.resolve("none"), () -> true, running))
                .isExactlyInstanceOf(InfrastructureException.class)
                .isNotInstanceOf(ServiceUnavailableException.class)
                .hasMessageContaining("none");
        assertThat(server.lines()).isEmpty();
    }
}
