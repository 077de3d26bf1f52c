package sg.aiverify.worker.gateway.internal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.run.CancelReason;
import sg.aiverify.worker.run.CancellationSource;

class GatewayWireTest {
    private final ScriptedServer server = new ScriptedServer();
    private final GatewayWire wire =
            new GatewayWire(new GatewaySettings(server.url()), QuickGateway.timing(Duration.ofSeconds(20)));
    private final CancellationSource running = new CancellationSource();

    @AfterEach
    void close() {
        wire.close();
        server.close();
    }

    // The message of HttpClient if a request is cancelled after its connection was leased, but before its use.
    @Test
    void anIllegalStateOfACancelledRequestIsItsCancellation() {
        assertThatThrownBy(() -> send(() -> running.cancel(CancelReason.TIMED_OUT)))
                .isInstanceOf(RunCancelledException.class);
    }

    @Test
    void anIllegalStateOfAnyOtherRequestIsThrown() {
        assertThatThrownBy(() -> send(() -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Endpoint not acquired");
    }

    private void send(Runnable before) throws Exception {
        server.on("GET /test_runs/1", ScriptedServer.status("pending"));
        wire.send(wire.request("GET", Duration.ofSeconds(20), "test_runs", "1"), running, entity -> {
            before.run();
            throw new IllegalStateException("Endpoint not acquired");
        });
    }
}
