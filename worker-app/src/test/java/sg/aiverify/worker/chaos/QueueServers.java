package sg.aiverify.worker.chaos;

import static org.awaitility.Awaitility.await;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import sg.aiverify.worker.e2e.ValkeyProbe;
import sg.aiverify.worker.testkit.valkey.EmbeddedValkey;

/** A server that keeps its data on disk, and its replica. */
final class QueueServers implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path directory;
    private final boolean durable;
    private int count;
    private volatile EmbeddedValkey primary;
    private EmbeddedValkey replica;

    /**
     * Starts both.
     *
     * @param durable whether every change is written to disk before the server replies
     */
    QueueServers(Path directory, boolean durable) {
        this.directory = directory;
        this.durable = durable;
        this.primary = server();
        this.replica = replica();
    }

    private EmbeddedValkey server() {
        return EmbeddedValkey.builder()
                .keepDataIn(directory.resolve("valkey-" + ++count))
                .option("appendfsync", durable ? "always" : "no")
                .option("repl-diskless-sync-delay", "0")
                .start();
    }

    private EmbeddedValkey replica() {
        EmbeddedValkey server = server();
        probe(server).call("REPLICAOF", primary.host(), String.valueOf(primary.port()));
        return server;
    }

    InetSocketAddress address() {
        EmbeddedValkey now = primary;
        return new InetSocketAddress(now.host(), now.port());
    }

    ValkeyProbe probe() {
        return probe(primary);
    }

    private static ValkeyProbe probe(EmbeddedValkey server) {
        return new ValkeyProbe(server.host(), server.port());
    }

    void crash(Duration down) throws InterruptedException {
        primary.kill();
        Thread.sleep(down.toMillis());
        primary.restart();
    }

    /** Promotes the replica after it has caught up; data that the server had not yet sent to it are lost. */
    void failOver() {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> String.valueOf(probe(replica).call("INFO", "replication"))
                        .contains("master_link_status:up"));
        EmbeddedValkey old = primary;
        old.kill();
        probe(replica).call("REPLICAOF", "NO", "ONE");
        primary = replica;
        old.close();
        replica = replica();
    }

    @Override
    public void close() {
        replica.close();
        primary.close();
    }
}
