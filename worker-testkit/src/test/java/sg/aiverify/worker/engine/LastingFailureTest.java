package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;
import sg.aiverify.worker.Worker;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.listener.EndedRun;
import sg.aiverify.worker.listener.RunEnd;
import sg.aiverify.worker.queue.valkey.internal.ValkeyTaskQueue;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.task.TaskParser;
import sg.aiverify.worker.testkit.gateway.Fault;
import sg.aiverify.worker.testkit.gateway.StoredResult;

/** Tests the limits in docs/operating.md with a gateway that remains unreliable; each wait turns the clock. */
@Timeout(120)
class LastingFailureTest {
    private static final String UPLOAD = "/test_results/upload_zip";
    private static final Duration BOUND = Duration.ofSeconds(60);
    /** A pause after a failed request. */
    private static final Duration PAUSE = Duration.ofMillis(4500);
    /** All queries whether a result is stored, after an upload without a response. */
    private static final Duration DOUBT = Duration.ofSeconds(36);
    /** An upload that is tried eight times, each time with an unknown outcome. */
    private static final Duration REFUSED_UPLOAD = Duration.ofSeconds(18).plus(DOUBT.multipliedBy(8));

    @TempDir
    Path directory;

    private final AtomicLong waited = new AtomicLong();
    private final Waiting turnsTheClock = (reason, planned) -> {
        if (reason == Waiting.Reason.RETRY) {
            waited.addAndGet(planned.toNanos());
        }
        return Duration.ofMillis(reason == Waiting.Reason.RETRY ? 0 : 10);
    };

    private Duration waited() {
        return Duration.ofNanos(waited.get());
    }

    @Test
    void oneRequestInFiveThatFailsCostsEachRunNoMoreThanItsPauses() {
        List<Fault> faults = List.of(
                Fault.respond(503),
                Fault.respond(500),
                Fault.closeBeforeBody(),
                Fault.closeAfterBody(),
                Fault.loseResponse());
        Random random = new Random(5);
        AtomicInteger failed = new AtomicInteger();
        AtomicInteger failedUploads = new AtomicInteger();
        try (LightScene scene = new LightScene(directory)) {
            scene.waiting = turnsTheClock;
            scene.gateway.injectEachTime((method, path) -> {
                if (random.nextInt(5) > 0) {
                    return Optional.empty();
                }
                failed.incrementAndGet();
                if (path.equals(UPLOAD)) {
                    failedUploads.incrementAndGet();
                }
                return Optional.of(faults.get(random.nextInt(faults.size())));
            });
            List<String> runs = scene.startRuns(40);
            scene.startWorker(Map.of("TEWORKER_CONCURRENCY", "4"));

            runs.forEach(run -> scene.gateway.awaitEnd(run, BOUND));
            await().atMost(BOUND).until(() -> scene.queued() == 0);

            assertThat(scene.executions).hasValue(40);
            assertThat(scene.gateway.breaches()).isEmpty();
            assertThat(scene.gateway.results())
                    .extracting(StoredResult::runId)
                    .containsExactlyInAnyOrderElementsOf(runs);
        }
        assertThat(failed.get()).isGreaterThan(40);
        assertThat(failedUploads.get()).isPositive();
        assertThat(waited())
                .isLessThanOrEqualTo(PAUSE.multipliedBy(failed.get()).plus(DOUBT.multipliedBy(failedUploads.get())));
    }

    @Test
    void aGatewayThatRespondsButNeverAcceptsTheResultEndsAnAttemptWithinItsPauses() throws InterruptedException {
        try (LightScene scene = new LightScene(directory)) {
            scene.waiting = turnsTheClock;
            Worker worker = scene.buildWorker(Map.of());
            for (Fault fault : List.of(Fault.closeAfterBody(), Fault.closeBeforeBody(), Fault.respond(503))) {
                waited.set(0);
                scene.gateway.injectEachTime(
                        (method, path) -> path.equals(UPLOAD) ? Optional.of(fault) : Optional.empty());
                String run = scene.startRuns(1).get(0);
                String task = scene.payloads().get(scene.payloads().size() - 1);

                Outcome.Failed outcome = (Outcome.Failed) worker.run(TaskParser.parse(task));

                assertThat(outcome.failure().kind()).as(fault.effect().name()).isEqualTo(FailureKind.INFRASTRUCTURE);
                assertThat(scene.gateway.run(run).orElseThrow().status()).isEqualTo(RunStatus.ERROR);
                assertThat(waited()).as(fault.effect().name()).isLessThanOrEqualTo(REFUSED_UPLOAD);
            }
            assertThat(scene.executions).hasValue(3);
            assertThat(scene.gateway.results()).isEmpty();
            assertThat(scene.gateway.breaches()).isEmpty();
        }
    }

    @Test
    void aRunWhoseResultIsNeverAcceptedBecomesADeadLetterAndTheWorkerSaysWhy() {
        try (LightScene scene = new LightScene(directory)) {
            scene.waiting = turnsTheClock;
            scene.gateway.injectEachTime(
                    (method, path) -> path.equals(UPLOAD) ? Optional.of(Fault.closeAfterBody()) : Optional.empty());
            String run = scene.startRuns(1).get(0);
            try (Jedis jedis = scene.jedis()) { // neither a task nor an unreported dead letter
                jedis.xadd(ValkeyTaskQueue.STREAM, StreamEntryID.NEW_ENTRY, Map.of("job", "{}"));
            }
            Worker worker = scene.startWorker(Map.of("TEWORKER_MAX_ATTEMPTS", "2"));

            assertThat(scene.gateway.awaitEnd(run, BOUND).status()).isEqualTo(RunStatus.ERROR);
            await().atMost(BOUND).until(() -> scene.queued() == 0);

            assertThat(scene.executions).hasValue(2);
            assertThat(scene.deadLetters()).isEqualTo(2);
            assertThat(scene.ends)
                    .filteredOn(EndedRun::deadLetter)
                    .extracting(EndedRun::end)
                    .containsExactlyInAnyOrder(RunEnd.GIVEN_UP, RunEnd.INVALID);
            assertThat(scene.gateway.results()).isEmpty();
            assertThat(worker.status().hindrances())
                    .singleElement()
                    .asString()
                    .startsWith("gateway: accepts no results: " + scene.gateway.url());

            scene.gateway.clearFaults();
            scene.gateway.injectEachTime((method, path) -> Optional.empty());
            scene.gateway.awaitEnd(scene.startRuns(1).get(0), BOUND);
            await().atMost(BOUND).until(() -> worker.status().hindrances().isEmpty());
        }
    }
}
