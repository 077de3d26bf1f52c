package sg.aiverify.worker.queue.valkey.internal;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.testkit.valkey.EmbeddedValkey;

@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UnreachableValkeyTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** The time after which a silent server is not expected to respond any more. */
    private static final ValkeyTiming TIMING = new ValkeyTiming(Duration.ofMillis(100), Duration.ofMillis(300));

    @TempDir
    private Path directory;

    @Test
    void aServerThatIsNotThereIsNamed() throws IOException {
        int port = closedPort();
        try (ValkeyTaskQueue queue = queue(Map.of("VALKEY_PORT", String.valueOf(port)))) {
            assertThatThrownBy(queue::connect)
                    .isInstanceOf(ServiceUnavailableException.class)
                    .hasMessageContaining("127.0.0.1:" + port);
            assertThatThrownBy(() -> queue.receive(1, PATIENCE)).isInstanceOf(ServiceUnavailableException.class);
            assertThatThrownBy(() -> queue.extend(List.of())).isInstanceOf(ServiceUnavailableException.class);
        }
    }

    @Test
    void aServerWithoutAResponseIsUnavailable() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                ValkeyTaskQueue queue = queue(Map.of("VALKEY_PORT", String.valueOf(silent.getLocalPort())))) {
            assertThatThrownBy(queue::connect)
                    .isInstanceOf(ServiceUnavailableException.class)
                    .hasMessageContaining("Read timed out");
        }
    }

    @Test
    void aServerThatClosesTheConnectionIsUnavailableWithAPlainMessage() throws Exception {
        try (ServerSocket closing = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                ValkeyTaskQueue queue = queue(Map.of("VALKEY_PORT", String.valueOf(closing.getLocalPort())))) {
            Thread server = new Thread(() -> {
                try (Socket socket = closing.accept()) {
                    socket.getInputStream().read(new byte[512]);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            server.start();

            assertThatThrownBy(queue::connect)
                    .isInstanceOf(ServiceUnavailableException.class)
                    .hasMessageContaining(
                            "the server closed the connection; if the server expects TLS, set VALKEY_TLS");
            server.join();
        }
    }

    @Test
    void tlsWithAServerThatHasNoneIsTheOperatorsToChange() {
        try (EmbeddedValkey server = EmbeddedValkey.start();
                ValkeyTaskQueue queue =
                        queue(Map.of("VALKEY_PORT", String.valueOf(server.port()), "VALKEY_TLS", "true"))) {
            assertThatThrownBy(queue::connect)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("VALKEY_TLS");
        }
    }

    @Test
    void aFileThatHoldsNoCertificateIsRefused() throws IOException {
        Path file = Files.writeString(directory.resolve("ca.pem"), "no certificate");

        assertThatThrownBy(() -> queue(Map.of("VALKEY_TLS", "true", "VALKEY_CA_FILE", file.toString())))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("VALKEY_CA_FILE", file.toString(), "PEM");
    }

    private static ValkeyTaskQueue queue(Map<String, String> values) {
        return new ValkeyTaskQueue(ValkeySettings.from(Settings.of(values)), TIMING);
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
