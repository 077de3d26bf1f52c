package sg.aiverify.worker.app.http;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;

/**
 * What is to be expected of the operator's HTTP server.
 *
 * @param summary where it would listen, in words
 * @param isOpenToOthers whether other machines could ask for more than the probes, without a token
 * @param port whether its port can be had
 */
public record HttpBinding(String summary, boolean isOpenToOthers, Port port) {
    private static final int PATIENCE_MS = 1000;

    /** Whether a port can be had. */
    public enum Port {
        /** It can, or none is wanted. */
        FREE,
        /** A worker answers there, maybe the one that is meant. */
        OF_A_WORKER,
        /** Another program has it, and the start goes on without the server. */
        TAKEN,
        /** Another program has it, and it was asked for, so that a start fails. */
        TAKEN_BUT_CONFIGURED
    }

    /**
     * Looks at the settings, and tries the port.
     *
     * @param settings the worker's settings
     * @return what is to be expected
     * @throws ConfigurationException if the host or the token's file cannot be used
     */
    public static HttpBinding of(Settings settings) {
        Optional<HttpSettings> wanted = HttpSettings.from(settings);
        if (wanted.isEmpty()) {
            return new HttpBinding("switched off", false, Port.FREE);
        }
        HttpSettings http = wanted.get();
        http.requireOwnHost();
        return new HttpBinding(
                http.port() == 0
                        ? "a free port of " + http.host().getHostAddress()
                        : "http://" + http.authority(http.port()),
                http.isOpenToOthers(),
                port(http));
    }

    private static Port port(HttpSettings http) {
        try (ServerSocket probe = new ServerSocket(http.port(), 1, http.host())) {
            return probe.isBound() ? Port.FREE : Port.TAKEN;
        } catch (IOException e) {
            if (isWorker(http)) {
                return Port.OF_A_WORKER;
            }
            return http.asked() ? Port.TAKEN_BUT_CONFIGURED : Port.TAKEN;
        }
    }

    private static boolean isWorker(HttpSettings http) {
        InetAddress host = http.host().isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : http.host();
        try {
            URI livez = new URI("http", null, host.getHostAddress(), http.port(), "/livez", null, null);
            HttpURLConnection connection = (HttpURLConnection) livez.toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout(PATIENCE_MS);
            connection.setReadTimeout(PATIENCE_MS);
            try {
                return OperatorServer.NAME.equals(connection.getHeaderField("Server"));
            } finally {
                connection.disconnect();
            }
        } catch (IOException | URISyntaxException e) {
            return false;
        }
    }
}
