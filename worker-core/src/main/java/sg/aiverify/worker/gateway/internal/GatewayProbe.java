package sg.aiverify.worker.gateway.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import sg.aiverify.worker.run.CancellationSource;
import sg.aiverify.worker.run.Waiting;

/**
 * The gateway's response to one request for a run that cannot exist.
 *
 * @param status the status code
 * @param detail the text of the response, shortened
 */
public record GatewayProbe(int status, String detail) {
    /** The id of a run that cannot exist. */
    static final String UNKNOWN_RUN = "00000000-0000-0000-0000-000000000000";

    private static final int MOST_BYTES = 1000;

    /**
     * Sends the request in the same way as the worker sends its requests.
     *
     * @param settings the gateway's address and connection settings
     * @param limit the time limit of each step
     * @return the response
     * @throws IOException if there is no response
     * @throws sg.aiverify.worker.failure.ConfigurationException if a file in the settings cannot be used
     */
    public static GatewayProbe of(GatewaySettings settings, Duration limit) throws IOException {
        RetrySchedule never = new RetrySchedule(List.of(), RandomGenerator.getDefault(), Waiting.AS_PLANNED);
        try (GatewayWire wire =
                new GatewayWire(settings, new GatewayTiming(limit, limit, limit, never, never, never))) {
            HttpUriRequestBase request = wire.request("GET", limit, "test_runs", UNKNOWN_RUN);
            String text = wire.send(
                    request,
                    new CancellationSource(),
                    entity -> entity == null
                            ? ""
                            : new String(entity.getContent().readNBytes(MOST_BYTES), StandardCharsets.UTF_8));
            return new GatewayProbe(200, text);
        } catch (BadResponse e) {
            return new GatewayProbe(e.code(), e.detail());
        }
    }

    /**
     * Checks whether the response comes from the gateway, and not from another server.
     *
     * @return true if it reports that the run does not exist, in the gateway's words
     */
    public boolean isGateway() {
        return status == 404 && detail.equals("Test run not found");
    }
}
