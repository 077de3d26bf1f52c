package sg.aiverify.worker.testkit.valkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import sg.aiverify.worker.failure.InfrastructureException;

class EmbeddedValkeyTest {
    @TempDir
    private Path directory;

    @Test
    void itAnswersOnceItIsStartedAndSaysWhatItIs() {
        try (EmbeddedValkey server = EmbeddedValkey.start();
                Jedis jedis = jedis(server)) {
            assertThat(jedis.ping()).isEqualTo("PONG");
            assertThat(server.version()).containsPattern("\\d+\\.\\d+\\.\\d+");
            assertThat(jedis.info("server")).contains(server.version().replaceAll(".* ", "_version:"));
            assertThat(server.environment()).containsEntry("VALKEY_PORT", String.valueOf(server.port()));
        }
    }

    @Test
    void theBundledServerIsRedis62() {
        try (EmbeddedValkey server = EmbeddedValkey.builder().bundled().start()) {
            assertThat(server.version()).startsWith("Redis server 6.2.");
        }
    }

    @Test
    void itIsGoneAndHasLeftNoFileOnceItIsClosed() {
        EmbeddedValkey server = EmbeddedValkey.start();
        Path files;
        try (Jedis jedis = jedis(server)) {
            files = Path.of(jedis.configGet("dir").get("dir"));
        }
        assertThat(files).isDirectory();
        server.close();
        server.close();

        assertThat(files).doesNotExist();
        assertThat(listens(server.port())).isFalse();
    }

    @Test
    void severalRunSideBySide() {
        try (EmbeddedValkey one = EmbeddedValkey.start();
                EmbeddedValkey two = EmbeddedValkey.start();
                Jedis first = jedis(one);
                Jedis second = jedis(two)) {
            first.set("key", "value");

            assertThat(second.get("key")).isNull();
        }
    }

    @Test
    void itKeepsItsDataOverACrashIfThatIsAskedFor() {
        try (EmbeddedValkey server =
                EmbeddedValkey.builder().keepDataIn(directory).start()) {
            int port = server.port();
            try (Jedis jedis = jedis(server)) {
                jedis.set("key", "value");
            }
            server.kill();
            assertThat(listens(port)).isFalse();
            server.restart();

            assertThat(server.port()).isEqualTo(port);
            try (Jedis jedis = jedis(server)) {
                assertThat(jedis.get("key")).isEqualTo("value");
            }
        }
    }

    @Test
    void itForgetsItsDataOverACrashOtherwise() {
        try (EmbeddedValkey server = EmbeddedValkey.start()) {
            try (Jedis jedis = jedis(server)) {
                jedis.set("key", "value");
            }
            server.restart();
            try (Jedis jedis = jedis(server)) {
                assertThat(jedis.get("key")).isNull();
            }
        }
    }

    @Test
    void aServerThatCannotStartIsReportedWithItsOutput() {
        assertThatThrownBy(() ->
                        EmbeddedValkey.builder().option("maxmemory", "lots").start())
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("ended at once")
                .hasMessageContaining("maxmemory");
    }

    @Test
    void itEndsWithTheProcessThatStartedItEvenIfThatIsKilled() throws Exception {
        Process parent = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + directory,
                        "-cp",
                        System.getProperty("java.class.path"),
                        StartsAServer.class.getName()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        int port = Integer.parseInt(parent.inputReader().readLine());
        assertThat(listens(port)).isTrue();
        parent.destroyForcibly().waitFor();

        await().atMost(Duration.ofSeconds(20))
                .pollInterval(50, TimeUnit.MILLISECONDS)
                .until(() -> !listens(port));
    }

    private static Jedis jedis(EmbeddedValkey server) {
        return new Jedis(server.host(), server.port());
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** The parent that is killed. */
    static final class StartsAServer {
        private StartsAServer() {}

        public static void main(String[] args) throws InterruptedException {
            EmbeddedValkey server = EmbeddedValkey.start();
            System.out.println(server.port());
            Thread.sleep(Duration.ofMinutes(1).toMillis());
        }
    }
}
