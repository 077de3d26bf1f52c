package sg.aiverify.worker.chaos;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import sg.aiverify.worker.chaos.light.LightPlugin;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.testkit.gateway.RegisteredAlgorithm;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.gateway.StrictGateway;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;

/** Servers, a gateway and workers, all on this machine. */
final class Scenery implements AutoCloseable {
    /** The mount point of the workers' disk, below the test's directory. */
    static final String DISK = "disk";

    /** Attempts are not tested here: a run must not fail because of too many of them. */
    private static final String MANY_ATTEMPTS = "1000";

    private static final String SLEEPS = """
            for step in range(1, 6):
                time.sleep(self.arguments.get('millis', 100) / 5000)
                self.progress(step * 19)
            """;

    final QueueServers servers;
    final Ledger ledger;
    final StrictGateway gateway;
    final SmallDisk disk;
    final List<WorkerSlot> workers = new ArrayList<>();
    private final RunOrder order;
    /** Workers do not end automatically with the tests. */
    private final Thread endWorkers;

    /**
     * Starts the servers, but no worker.
     *
     * @param light whether algorithms only wait, without Python
     * @param heapMegabytes the heap of each worker, in megabytes
     * @param more additional variables of the workers
     */
    Scenery(Path directory, int workers, int heapMegabytes, boolean light, Map<String, String> more)
            throws IOException, InterruptedException {
        disk = SmallDisk.at(directory.resolve(DISK), light ? 64 : Options.number("chaos.disk", 2048));
        servers = new QueueServers(directory, workers > 1);
        ledger = new Ledger(servers);
        gateway = StrictGateway.start(ledger);
        TinyInputs tiny = TinyInputs.write(directory.resolve("tiny"));
        String model = gateway.addModel(tiny.model(), ModelType.CLASSIFICATION);
        String dataset = gateway.addDataset(tiny.dataset());
        RegisteredAlgorithm algorithm =
                gateway.addAlgorithm(TinyAlgorithm.write(directory.resolve("algorithms"), "takes_its_time")
                        .doing(SLEEPS)
                        .sourceFile("algo_init.py", "")
                        .folder());
        order = RunOrder.of(algorithm, model, dataset).withGroundTruth(dataset, "truth");
        Map<String, String> variables = new HashMap<>(Map.of(
                "APIGW_URL",
                gateway.url().toString(),
                "TEWORKER_LEASE_SECONDS",
                String.valueOf(Options.LEASE.toSeconds()),
                "TEWORKER_MAX_ATTEMPTS",
                MANY_ATTEMPTS,
                "TEWORKER_SHUTDOWN_GRACE_SECONDS",
                "2",
                "TEWORKER_CONCURRENCY",
                light ? "4" : "2"));
        if (light) {
            variables.putAll(LightPlugin.write(directory.resolve("plugins")));
        } else {
            variables.put("PYTHON", EngineInterpreter.get().executable().toString());
        }
        variables.putAll(more);
        for (int i = 1; i <= workers; i++) {
            TcpProxy proxy = new TcpProxy(servers::address);
            Map<String, String> own = new HashMap<>(variables);
            own.put("VALKEY_HOST_ADDRESS", "127.0.0.1");
            own.put("VALKEY_PORT", String.valueOf(proxy.port()));
            own.put("TEWORKER_DATA_DIR", disk.directory().resolve("data-" + i).toString());
            this.workers.add(
                    new WorkerSlot(Options.command(heapMegabytes), directory.resolve("worker-" + i), own, proxy));
        }
        endWorkers = new Thread(() -> this.workers.forEach(WorkerSlot::end));
        Runtime.getRuntime().addShutdownHook(endWorkers);
    }

    /** Orders a run, and retries until the gateway accepts the order. */
    String order(int millis) throws InterruptedException {
        while (true) {
            try {
                return gateway.startRun(order.withArgument("millis", millis));
            } catch (IllegalStateException queueAway) {
                Thread.sleep(100);
            }
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        for (WorkerSlot worker : workers) {
            worker.close();
        }
        Runtime.getRuntime().removeShutdownHook(endWorkers);
        gateway.close();
        servers.close();
        disk.close();
    }
}
