package sg.aiverify.worker.gateway.internal;

import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.Random;
import sg.aiverify.worker.run.Waiting;

/** Gateway clients with very short pauses between retries. */
public final class QuickGateway {
    /** The number of retries after an error. */
    public static final int RETRIES = 3;

    private QuickGateway() {}

    public static HttpGateway at(URI url) {
        return at(url, Duration.ofSeconds(20));
    }

    static HttpGateway at(URI url, Duration answer) {
        return new HttpGateway(new GatewaySettings(url), timing(answer));
    }

    static GatewayTiming timing(Duration answer) {
        return new GatewayTiming(
                Duration.ofSeconds(5), answer, answer, retries(RETRIES), retries(RETRIES), retries(RETRIES));
    }

    private static RetrySchedule retries(int count) {
        return new RetrySchedule(Collections.nCopies(count, Duration.ofMillis(2)), new Random(1), Waiting.AS_PLANNED);
    }
}
