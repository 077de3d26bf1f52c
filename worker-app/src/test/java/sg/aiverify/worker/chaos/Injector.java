package sg.aiverify.worker.chaos;

import static sg.aiverify.worker.chaos.Options.LEASE;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.chaos.Ledger.Expected;
import sg.aiverify.worker.chaos.Plan.Event;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.testkit.gateway.Fault;
import sg.aiverify.worker.testkit.gateway.RunView;

/** Executes a plan. Faults may overlap, except those that would cancel each other. Thread-safe. */
final class Injector {
    private static final Logger log = LogManager.getLogger(Injector.class);
    private static final Duration WORKER_STOPS = Duration.ofSeconds(30);
    private static final List<String> GARBAGE =
            List.of("", "no JSON", "[]", "{\"id\": 5}", "{\"id\": \"no-uuid\", \"mode\"", "null", "\u0000\u0001");
    private static final List<UnaryOperator<String>> DAMAGES = List.of(
            task -> task.substring(0, task.length() / 2),
            changed(task -> task.remove("modelFile")),
            changed(task -> task.remove("algorithmGID")),
            changed(task -> task.addProperty("mode", 5)),
            changed(task -> task.addProperty("mode", "none")),
            changed(task -> task.add("algorithmArgs", JsonNull.INSTANCE)),
            changed(task -> task.addProperty("testDataset", true)));

    private final Scenery scenery;
    /** Held while the server is unavailable or loses its data. */
    private final Object server = new Object();

    private final Object port = new Object();
    private final Object disk = new Object();
    private final Object commits = new Object();
    private final AtomicInteger unstoppable = new AtomicInteger();

    Injector(Scenery scenery) {
        this.scenery = scenery;
    }

    /** Counts the workers that SIGTERM did not end in time. */
    int unstoppable() {
        return unstoppable.get();
    }

    /** Executes the plan and waits for its end. */
    void inject(Event event) throws IOException, InterruptedException {
        Random random = new Random(event.salt());
        WorkerSlot worker = scenery.workers.get(random.nextInt(scenery.workers.size()));
        switch (event.kind()) {
            case WORKER_KILLED -> worker.kill();
            case WORKER_FROZEN -> worker.freeze(LEASE.plus(millis(random, 500, 3000)));
            case WORKER_TERMINATED -> {
                if (!worker.terminate(WORKER_STOPS)) {
                    unstoppable.incrementAndGet();
                }
            }
            case QUEUE_KILLED -> {
                synchronized (server) {
                    scenery.servers.crash(millis(random, 0, 3000));
                }
            }
            case QUEUE_FLUSHED -> {
                synchronized (server) {
                    scenery.ledger.orderAgainAfter(() -> scenery.servers.probe().call("FLUSHALL"));
                }
            }
            case QUEUE_FAILED_OVER -> {
                synchronized (server) {
                    scenery.ledger.orderAgainAfter(() -> {
                        scenery.servers.failOver();
                        scenery.workers.forEach(each -> each.proxy().cut());
                    });
                }
            }
            case CLIENTS_KILLED -> {
                synchronized (server) {
                    scenery.servers.probe().call("CLIENT", "KILL", "TYPE", "normal");
                }
            }
            case CONNECTIONS_CUT -> worker.proxy().cut();
            case NETWORK_STALLED -> {
                worker.proxy().stall(true);
                Thread.sleep(LEASE.plus(millis(random, 0, 2000)).toMillis());
                worker.proxy().stall(false);
            }
            case GATEWAY_REFUSING -> {
                synchronized (port) {
                    scenery.gateway.pause();
                    Thread.sleep(millis(random, 200, 4000).toMillis());
                    scenery.gateway.resume();
                }
            }
            case GATEWAY_ERRORS ->
                gateway(random, Fault.respond(List.of(500, 502, 503, 429).get(random.nextInt(4))));
            case GATEWAY_SLOW -> {
                gateway(random, Fault.delay(millis(random, 100, 1500)));
                scenery.gateway.inject(
                        Fault.delayResponse(millis(random, 100, 1500)).on("POST|PATCH", ".*"));
            }
            case REQUEST_UNREAD -> gateway(random, Fault.closeBeforeBody());
            case REQUEST_DROPPED -> gateway(random, Fault.closeAfterBody());
            case ANSWER_LOST -> gateway(random, Fault.loseResponse());
            case COMMIT_LATE -> {
                synchronized (commits) {
                    int late = 200 + random.nextInt(2000);
                    scenery.gateway.beforeCommit(() -> pause(late));
                    Thread.sleep(1000);
                    scenery.gateway.beforeCommit(() -> {});
                }
            }
            case DISK_FULL -> {
                synchronized (disk) {
                    scenery.disk.fill();
                    Thread.sleep(millis(random, 300, 3000).toMillis());
                    scenery.disk.free();
                }
            }
            case CANCELLED_AT_ONCE -> cancel(scenery.order(random.nextInt(500)), run -> true);
            case CANCELLED_AT_START -> {
                String run = scenery.order(1000);
                String path = "/test_runs/" + run;
                cancel(
                        run,
                        view -> scenery.gateway.requests().stream()
                                .anyMatch(request -> request.path().equals(path)));
            }
            case CANCELLED_IN_PROGRESS -> cancel(scenery.order(2500), run -> run.progress() > 0);
            case CANCELLED_AT_END -> {
                // The last progress is reported shortly before the upload, the previous one a fifth of the run earlier.
                cancel(scenery.order(1500), run -> run.progress() > 70);
            }
            case POISON_WITHOUT_ID -> {
                stranger("task", GARBAGE.get(random.nextInt(GARBAGE.size())));
                stranger("work", "a field of another name");
                stranger("task", "[".repeat(100_000));
            }
            case POISON_WITH_ID -> {
                scenery.ledger.editNext(DAMAGES.get(random.nextInt(DAMAGES.size())));
                scenery.ledger.expect(scenery.order(100), Expected.ERROR);
                copyOfSomething(random);
            }
        }
        log.info("{} is over", event);
    }

    private void gateway(Random random, Fault fault) {
        scenery.gateway.inject(fault.on("GET|PATCH|POST", ".*").times(1 + random.nextInt(6)));
        scenery.gateway.inject(fault.on("POST", "/test_results/upload_zip").times(1 + random.nextInt(3)));
    }

    private void cancel(String run, Predicate<RunView> when) throws InterruptedException {
        scenery.ledger.expect(run, Expected.SUCCESS);
        RunView view = scenery.gateway.run(run).orElseThrow();
        long end = System.nanoTime() + Options.PATIENCE.toNanos();
        while (view.status() == RunStatus.PENDING && !when.test(view)) {
            if (System.nanoTime() > end) {
                return; // no worker runs it: it is counted as lost
            }
            Thread.sleep(10);
            view = scenery.gateway.run(run).orElseThrow();
        }
        while (view.status() == RunStatus.PENDING) {
            try {
                scenery.gateway.cancelRun(run);
                scenery.ledger.cancelled(run);
                return;
            } catch (RuntimeException queueAwayOrTooLate) {
                Thread.sleep(100);
                view = scenery.gateway.run(run).orElseThrow();
            }
        }
    }

    private void stranger(String field, String value) throws InterruptedException {
        while (true) {
            try {
                scenery.ledger.addStranger(field, value);
                return;
            } catch (RuntimeException queueAway) {
                Thread.sleep(100);
            }
        }
    }

    /** An invalid copy of a finished task must not change its run. */
    private void copyOfSomething(Random random) throws InterruptedException {
        List<JsonObject> over = scenery.ledger.tasks().stream()
                .filter(task -> task.has("id"))
                .filter(task -> scenery.gateway
                        .run(task.get("id").getAsString())
                        .filter(run -> run.status() != RunStatus.PENDING)
                        .isPresent())
                .toList();
        if (!over.isEmpty()) {
            String copy = over.get(random.nextInt(over.size())).toString();
            stranger("task", DAMAGES.get(random.nextInt(DAMAGES.size())).apply(copy));
        }
    }

    private static UnaryOperator<String> changed(java.util.function.Consumer<JsonObject> change) {
        return json -> {
            JsonObject task = JsonParser.parseString(json).getAsJsonObject();
            change.accept(task);
            return task.toString();
        };
    }

    private static Duration millis(Random random, int from, int to) {
        return Duration.ofMillis(from + random.nextInt(to - from));
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
