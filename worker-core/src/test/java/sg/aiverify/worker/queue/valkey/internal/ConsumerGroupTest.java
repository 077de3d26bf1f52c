package sg.aiverify.worker.queue.valkey.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.CapturedLog;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.queue.valkey.internal.ValkeyConnection.GroupException;

class ConsumerGroupTest {
    @Test
    void aGroupThatIsGoneIsCalledCreatedOnlyOnceItIs() throws IOException {
        String port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = String.valueOf(socket.getLocalPort());
        }
        Settings settings = Settings.of(Map.of("VALKEY_HOST_ADDRESS", "127.0.0.1", "VALKEY_PORT", port));
        try (ValkeyConnection nobody = new ValkeyConnection(ValkeySettings.from(settings), ValkeyTiming.STANDARD);
                CapturedLog log = new CapturedLog(Level.WARN)) {
            ConsumerGroup group = new ConsumerGroup("stream", "group", "127.0.0.1", nobody);

            assertThatThrownBy(() -> group.with(() -> {
                        throw new GroupException(true, "NOGROUP");
                    }))
                    .isInstanceOf(ServiceUnavailableException.class);

            assertThat(log.lines).isEmpty();
        }
    }
}
