package sg.aiverify.worker.queue.valkey.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static sg.aiverify.worker.queue.valkey.internal.ValkeyTaskQueue.DEAD_LETTERS;
import static sg.aiverify.worker.queue.valkey.internal.ValkeyTaskQueue.GROUP;
import static sg.aiverify.worker.queue.valkey.internal.ValkeyTaskQueue.STREAM;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.logging.log4j.CloseableThreadContext;
import org.apache.logging.log4j.ThreadContext;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.params.XPendingParams;
import redis.clients.jedis.params.XReadGroupParams;
import redis.clients.jedis.resps.StreamConsumerInfo;
import redis.clients.jedis.resps.StreamPendingEntry;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.FailureKind;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.queue.DeadLetter;
import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.queue.LeaseState;
import sg.aiverify.worker.queue.Retry;
import sg.aiverify.worker.queue.internal.DeadLetterLog;

class ValkeyTaskQueueTest extends OnEachServer {
    @Test
    void tasksWrittenBeforeThereWasAGroupAreReceived() throws InterruptedException {
        String id = backend.submit("early");

        try (ValkeyTaskQueue queue = backend.openWorker()) {
            assertThat(queue.receive(1, PATIENCE)).containsExactly(new Delivery(id, 1, "early"));
        }
    }

    @Test
    void anExistingGroupIsUsedUnchanged() throws InterruptedException {
        backend.submit("before the gateway created the group");
        jedis.xgroupCreate(STREAM, GROUP, StreamEntryID.XGROUP_LAST_ENTRY, true);

        try (ValkeyTaskQueue queue = backend.openWorker()) {
            queue.connect();
            backend.submit("after");
            assertThat(queue.receive(5, PATIENCE)).extracting(Delivery::payload).containsExactly("after");
        }
    }

    @Test
    void aQueueWorksWithoutConnectingFirst() throws InterruptedException {
        backend.submit("a");

        try (SeenLines log = new SeenLines(ConsumerGroup.class);
                ValkeyTaskQueue queue = ValkeyTaskQueue.from(Settings.of(server.environment()))) {
            assertThat(queue.receive(1, PATIENCE)).hasSize(1);
            assertThat(log.lines).as("a group that never existed is not lost").isEmpty();
        }
    }

    @Test
    void afterAFlushTheGroupIsCreatedAgainAndNewTasksAreReceived() throws InterruptedException {
        try (SeenLines log = new SeenLines(ConsumerGroup.class);
                ValkeyTaskQueue queue = backend.openWorker()) {
            jedis.flushAll();
            String id = backend.submit("after the flush");

            try (var context = CloseableThreadContext.put("run", "one that is reported just then")) {
                assertThat(queue.receive(5, PATIENCE)).containsExactly(new Delivery(id, 1, "after the flush"));
                assertThat(ThreadContext.get("run")).isNotNull();
            }
            assertThat(log.lines)
                    .singleElement()
                    .asString()
                    .contains("was missing in Valkey at")
                    .startsWith("[null] ");
        }
    }

    @Test
    void aServerWhoseMemoryIsFullIsWorkedOff() throws InterruptedException {
        backend.submit("a");
        backend.submit("b");
        try (ValkeyTaskQueue queue = backend.openWorker()) {
            jedis.configSet("maxmemory-policy", "noeviction");
            jedis.configSet("maxmemory", "1");

            List<Delivery> deliveries = queue.receive(2, PATIENCE);

            assertThat(deliveries).hasSize(2);
            assertThat(queue.extend(deliveries)).containsOnlyKeys(deliveries).containsValue(LeaseState.HELD);
            assertThat(queue.retryLater(List.of(new Retry(deliveries.get(0), Duration.ZERO))))
                    .hasSize(1);
            assertThat(queue.giveUp(
                            List.of(new DeadLetter(deliveries.get(1), FailureKind.INFRASTRUCTURE, "disk full", null))))
                    .hasSize(1);
            List<Delivery> again = queue.receive(1, PATIENCE);
            assertThat(again).containsExactly(new Delivery(deliveries.get(0).id(), 2, "a"));
            assertThat(queue.complete(again)).hasSize(1);
            assertThat(jedis.xlen(STREAM)).isZero();
            assertThat(backend.deadPayloads()).containsExactly("b");
        }
    }

    @Test
    void aFlushDuringAReadIsRepaired() throws Exception {
        try (ValkeyTaskQueue queue = ValkeyTaskQueue.from(Settings.of(server.environment()))) {
            queue.connect();
            CompletableFuture<List<Delivery>> waiting = receiveInBackground(queue);
            await().atMost(PATIENCE).until(() -> jedis.info("clients").contains("blocked_clients:1"));
            jedis.flushAll();
            String id = backend.submit("after the flush");

            assertThat(waiting.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .extracting(Delivery::id)
                    .containsExactly(id);
        }
    }

    @Test
    void everyOperationRepairsAMissingGroup() throws InterruptedException {
        try (ValkeyTaskQueue queue = backend.openWorker()) {
            backend.submit("a");
            Delivery delivery = queue.receive(1, PATIENCE).get(0);
            List<Delivery> batch = List.of(delivery);

            jedis.flushAll();
            assertThat(queue.extend(batch)).containsEntry(delivery, LeaseState.DELETED);
            jedis.flushAll();
            assertThat(queue.complete(batch)).isEmpty();
            jedis.xgroupDestroy(STREAM, GROUP);
            assertThat(queue.complete(batch)).isEmpty();
            jedis.flushAll();
            assertThat(queue.handBack(batch)).isEmpty();
            jedis.flushAll();
            assertThat(queue.retryLater(List.of(new Retry(delivery, Duration.ZERO))))
                    .isEmpty();
            jedis.flushAll();
            assertThat(queue.giveUp(List.of(new DeadLetter(delivery, FailureKind.TASK, "r", null))))
                    .isEmpty();
            assertThat(jedis.xinfoGroups(STREAM)).hasSize(1);
        }
    }

    @Test
    void scriptsThatTheServerForgotAreSentAgain() throws InterruptedException {
        try (ValkeyTaskQueue queue = backend.openWorker()) {
            backend.submit("a");
            List<Delivery> batch = queue.receive(1, PATIENCE);
            jedis.scriptFlush();

            assertThat(queue.complete(batch)).hasSize(1);
        }
    }

    @Test
    void whatAPythonWorkerHoldsIsLeftAlone() throws InterruptedException {
        try (ValkeyTaskQueue queue = backend.openWorker()) {
            String id = backend.submit("of a Python worker");
            readAsAnotherConsumer();
            backend.passTime(Duration.ofDays(1));

            assertNothingFor(queue);
            assertThat(queue.complete(List.of(new Delivery(id, 1, "of a Python worker"))))
                    .isEmpty();
            assertThat(jedis.xpending(STREAM, GROUP, XPendingParams.xPendingParams("-", "+", 10)))
                    .extracting(StreamPendingEntry::getConsumerName)
                    .containsExactly(OTHER_CONSUMER);
        }
    }

    @Test
    void whatAPythonWorkerHoldsIsTakenOverAfterTheIdleTimeIfThatIsSet() throws InterruptedException {
        try (ValkeyTaskQueue queue = backend.openWorker(Map.of("TEWORKER_FOREIGN_IDLE_SECONDS", "3600"))) {
            backend.submit("of a Python worker");
            readAsAnotherConsumer();
            backend.passTime(Duration.ofMinutes(50));
            assertNothingFor(queue);
            backend.passTime(Duration.ofMinutes(11));

            assertThat(queue.receive(1, PATIENCE)).extracting(Delivery::attempt).containsExactly(2);
        }
    }

    @Test
    void anEntryWithoutATaskIsDeliveredWithAllItsFieldsAndThatFlaw() throws InterruptedException {
        try (ValkeyTaskQueue queue = backend.openWorker()) {
            jedis.xadd(STREAM, StreamEntryID.NEW_ENTRY, Map.of("job", "{}", "prio\u0007", "1"));
            backend.submit("good");

            List<Delivery> received = queue.receive(5, PATIENCE);

            assertThat(received).hasSize(2);
            assertThat(received.get(0).flaw()).contains("'task'", "job", "prio").doesNotContain("\u0007");
            assertThat(received.get(0).payload()).contains("\"job\":\"{}\"", "\"prio\\u0007\":\"1\"");
            assertThat(received.get(1).flaw()).isNull();
            assertThat(jedis.exists(DEAD_LETTERS)).isFalse();
        }
    }

    @Test
    void aTaskOfADeadWorkerSaysWhoseItWasAndOneThatWaitedForItsRetryIsNoTakeover() throws InterruptedException {
        String run = "2b5c9d1e-3f4a-4b6c-8d7e-9f0a1b2c3d4e";
        try (SeenLines log = new SeenLines(Recovery.class);
                ValkeyTaskQueue dead = backend.openWorker();
                ValkeyTaskQueue queue = backend.openWorker()) {
            backend.submit("{\"id\":\"" + run + "\"}");
            queue.retryLater(List.of(new Retry(queue.receive(1, PATIENCE).get(0), Duration.ZERO)));
            Delivery second = queue.receive(1, PATIENCE).get(0);
            assertThat(second.attempt()).isEqualTo(2);
            queue.handBack(List.of(second));
            assertThat(dead.receive(1, PATIENCE)).hasSize(1);
            assertThat(log.lines).as("retried, then returned to the queue").isEmpty();

            backend.passTime(queue.lease().plusSeconds(10));
            assertThat(queue.receive(1, PATIENCE)).hasSize(1);

            long idle = queue.lease().toSeconds() + 10;
            assertThat(log.lines)
                    .containsExactly("[" + run + "] Recovered the run from the worker " + dead.worker()
                            + ", which did not extend its lease for " + idle + " s");
        }
    }

    @Test
    void aReplicaIsNamedWithWhatToDo() {
        try (ValkeyTaskQueue queue = backend.openWorker()) {
            assertThat(queue.address()).isEqualTo("Valkey at 127.0.0.1:" + server.port());
            jedis.replicaof("127.0.0.1", 1);

            assertThatThrownBy(() -> queue.extend(List.of()))
                    .isInstanceOf(ServiceUnavailableException.class)
                    .hasMessage("Valkey at 127.0.0.1:" + server.port() + " is a read-only replica (READONLY); set"
                            + " VALKEY_HOST_ADDRESS to the primary, or promote this server");
            assertThatThrownBy(() -> queue.receive(1, Duration.ZERO)).hasMessageContaining("is a read-only replica");
        }
    }

    @Test
    void whereANameLeadsToIsSaidOnceItWasReached() {
        try (ValkeyTaskQueue queue = backend.openWorker(Map.of("VALKEY_HOST_ADDRESS", "localhost"))) {
            assertThat(queue.address()).isEqualTo("Valkey at localhost:" + server.port() + " (127.0.0.1)");
        }
    }

    @Test
    void aDeadLetterContainsTheTaskAndTheReason() throws InterruptedException {
        try (ValkeyTaskQueue queue = backend.openWorker()) {
            String entry = backend.submit("{\"id\":\"run-1\"}");
            Delivery delivery = queue.receive(1, PATIENCE).get(0);
            try (SeenLines log = new SeenLines(DeadLetterLog.class)) {
                queue.giveUp(List.of(new DeadLetter(delivery, FailureKind.INFRASTRUCTURE, "disk full", "run-1")));
                assertThat(log.lines)
                        .containsExactly("[run-1] Dead letter "
                                + jedis.xrange(DEAD_LETTERS, "-", "+").get(0).getID()
                                + ", of the kind INFRASTRUCTURE, from the queue entry " + delivery.id());
            }

            assertThat(jedis.xrange(DEAD_LETTERS, "-", "+").get(0).getFields())
                    .containsExactlyInAnyOrderEntriesOf(Map.of(
                            "task", "{\"id\":\"run-1\"}",
                            "reason", "disk full",
                            "kind", "INFRASTRUCTURE",
                            "attempts", "1",
                            "id", "run-1",
                            "entry", entry));
        }
    }

    @Test
    void aDeadLetterIsPutBackAsTheDocumentationSays() throws Exception {
        Matcher command = Pattern.compile(
                        "valkey-cli EVAL \"([^\"]+)\" 2 '" + Pattern.quote(DEAD_LETTERS) + "' " + STREAM + " ")
                .matcher(Files.readString(Path.of("..", "docs", "operating.md")));
        assertThat(command.find()).isTrue();
        try (ValkeyTaskQueue queue = backend.openWorker()) {
            backend.submit("{\"text\": \"π \\n\"}");
            backend.submit("stays");
            List<Delivery> failed = queue.receive(2, PATIENCE);
            queue.giveUp(failed.stream()
                    .map(each -> new DeadLetter(each, FailureKind.TASK, "two\nlines", "run-1"))
                    .toList());
            String id = jedis.xrange(DEAD_LETTERS, "-", "+").get(0).getID().toString();

            jedis.eval(command.group(1), List.of(DEAD_LETTERS, STREAM), List.of(id));

            assertThat(backend.deadPayloads()).containsExactly("stays");
            List<Delivery> again = queue.receive(2, PATIENCE);
            assertThat(again)
                    .extracting(Delivery::payload)
                    .containsExactly(failed.get(0).payload());
            assertThat(again).extracting(Delivery::attempt).containsExactly(1);
        }
    }

    @Test
    void anEntryDeletedWhileItWasPendingDoesNotStayPending() throws InterruptedException {
        try (ValkeyTaskQueue queue = backend.openWorker()) {
            String id = backend.submit("a");
            queue.receive(1, PATIENCE);
            backend.passTime(queue.lease().plusSeconds(1));
            backend.delete(id);

            assertNothingFor(queue);
            assertThat(jedis.xpending(STREAM, GROUP).getTotal()).isZero();
        }
    }

    @Test
    void aRetryWhoseScheduleWasLostComesAfterTheLease() throws InterruptedException {
        try (ValkeyTaskQueue queue = backend.openWorker()) {
            backend.submit("a");
            Delivery first = queue.receive(1, PATIENCE).get(0);
            queue.retryLater(List.of(new Retry(first, Duration.ofDays(1))));
            jedis.del("{" + STREAM + "}:retry");
            backend.passTime(queue.lease().plusSeconds(1));

            assertThat(queue.receive(1, PATIENCE)).extracting(Delivery::attempt).containsExactly(2);
        }
    }

    @Test
    void moreExpiredTasksThanAskedForComeOneReceiveAfterTheOther() throws InterruptedException {
        try (ValkeyTaskQueue gone = backend.openWorker();
                ValkeyTaskQueue queue = backend.openWorker()) {
            IntStream.range(0, 25).forEach(i -> backend.submit(String.valueOf(i)));
            gone.receive(25, PATIENCE);
            backend.passTime(queue.lease().plusSeconds(1));

            int received = 0;
            for (int i = 0; i < 3; i++) {
                received += queue.receive(10, PATIENCE).size();
            }
            assertThat(received).isEqualTo(25);
        }
    }

    @Test
    void aFinishedTaskLeavesNothingBehind() throws InterruptedException {
        try (ValkeyTaskQueue queue = backend.openWorker()) {
            backend.submit("a");
            queue.complete(queue.receive(1, PATIENCE));

            assertThat(jedis.xlen(STREAM)).isZero();
            assertThat(jedis.xpending(STREAM, GROUP).getTotal()).isZero();
        }
        assertThat(jedis.keys("*"))
                .filteredOn(key -> jedis.pttl(key) == -1)
                .as("keys that do not expire")
                .containsExactly(STREAM);
        assertThat(consumers()).isEmpty();
    }

    @Test
    void aFinishedTaskStaysInTheStreamForAnotherGroup() throws InterruptedException {
        try (ValkeyTaskQueue queue = backend.openWorker()) {
            jedis.xgroupCreate(STREAM, "auditors", new StreamEntryID("0-0"), false);
            backend.submit("a");
            backend.submit("b");
            List<Delivery> deliveries = queue.receive(2, PATIENCE);
            queue.complete(deliveries.subList(0, 1));
            queue.giveUp(List.of(new DeadLetter(deliveries.get(1), FailureKind.TASK, "bad", null)));

            assertThat(jedis.xlen(STREAM)).isEqualTo(2);
            assertThat(jedis.xpending(STREAM, GROUP).getTotal()).isZero();
        }
    }

    @Test
    void aFinishedTaskStaysInTheStreamIfTheSettingSaysThat() throws InterruptedException {
        try (ValkeyTaskQueue queue = backend.openWorker(Map.of("TEWORKER_KEEP_ENTRIES", "true"))) {
            backend.submit("a");

            assertThat(queue.complete(queue.receive(1, PATIENCE))).hasSize(1);
            assertThat(jedis.xlen(STREAM)).isEqualTo(1);
        }
    }

    @Test
    void consumersOfDeadWorkersAreRemovedAndNoOthers() throws InterruptedException {
        try (ValkeyTaskQueue dead = backend.openWorker();
                ValkeyTaskQueue deadWithTask = backend.openWorker();
                ValkeyTaskQueue living = backend.openWorker();
                ValkeyTaskQueue queue = backend.openWorker()) {
            String python = backend.submit("done by a Python worker");
            readAsAnotherConsumer();
            jedis.xack(STREAM, GROUP, new StreamEntryID(python));
            backend.submit("left by a dead worker");
            deadWithTask.receive(1, PATIENCE);
            jedis.xgroupCreateConsumer(STREAM, GROUP, "java-without-a-heartbeat");
            jedis.del(aliveKey(dead), aliveKey(deadWithTask));
            backend.passTime(queue.lease());

            assertThat(queue.receive(1, PATIENCE))
                    .extracting(Delivery::payload)
                    .containsExactly("left by a dead worker");
            assertThat(consumers()).contains(deadWithTask.worker());
            // After a lease, a worker that receives also sweeps; a new worker does so at once.
            jedis.del("{" + STREAM + "}:swept");
            try (ValkeyTaskQueue next = backend.openWorker()) {
                assertThat(next.receive(1, Duration.ZERO)).isEmpty();
                assertThat(consumers())
                        .doesNotContain(dead.worker(), deadWithTask.worker(), "java-without-a-heartbeat")
                        .contains(living.worker(), queue.worker(), next.worker(), OTHER_CONSUMER);
            }
        }
    }

    @Test
    void aWorkerThatClosesWithATaskStaysInTheGroupSoThatTheTaskIsNotLost() throws InterruptedException {
        ValkeyTaskQueue queue = backend.openWorker();
        backend.submit("a");
        queue.receive(1, PATIENCE);
        queue.close();

        assertThat(consumers()).containsExactly(queue.worker());
        assertThat(jedis.exists(aliveKey(queue))).isFalse();
    }

    @Test
    void aHeartbeatExpiresAfterTwoLeases() {
        try (ValkeyTaskQueue queue = backend.openWorker()) {
            assertThat(queue.worker()).startsWith("java-");
            assertThat(jedis.pttl(aliveKey(queue))).isBetween(1L, 120_000L);
        }
    }

    private CompletableFuture<List<Delivery>> receiveInBackground(ValkeyTaskQueue queue) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return queue.receive(1, PATIENCE);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void assertNothingFor(ValkeyTaskQueue queue) throws InterruptedException {
        assertThat(queue.receive(1, ValkeyBackend.LOOK)).isEmpty();
        assertThat(queue.receive(1, Duration.ZERO)).isEmpty();
    }

    private void readAsAnotherConsumer() {
        assertThat(jedis.xreadGroup(
                        GROUP,
                        OTHER_CONSUMER,
                        XReadGroupParams.xReadGroupParams().count(1),
                        Map.of(STREAM, StreamEntryID.XREADGROUP_UNDELIVERED_ENTRY)))
                .hasSize(1);
    }

    private List<String> consumers() {
        return jedis.xinfoConsumers2(STREAM, GROUP).stream()
                .map(StreamConsumerInfo::getName)
                .toList();
    }

    private static String aliveKey(ValkeyTaskQueue queue) {
        return "{" + STREAM + "}:worker:" + queue.worker();
    }
}
