package sg.aiverify.worker.queue.valkey.internal;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;
import sg.aiverify.worker.testkit.valkey.EmbeddedValkey;

/** Tests of the queue, each with a new server of each kind. */
@ParameterizedClass
@EnumSource(ServerKind.class)
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class OnEachServer {
    static final Duration PATIENCE = Duration.ofSeconds(20);
    /** The name of a consumer that is not a Java worker. */
    static final String OTHER_CONSUMER = "0f1d6a5e-4f0c-4b8e-9a53-5c1c0f5f7a11";

    @Parameter
    private ServerKind kind;

    EmbeddedValkey server;
    ValkeyBackend backend;
    Jedis jedis;

    @BeforeEach
    void startServer() {
        server = kind.builder().start();
        backend = new ValkeyBackend(server);
        jedis = backend.jedis();
    }

    @AfterEach
    void stopServer() {
        backend.close();
        server.close();
    }
}
