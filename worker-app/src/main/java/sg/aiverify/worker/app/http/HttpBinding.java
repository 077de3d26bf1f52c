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
 * The address of the HTTP server for operators, and whether its port is free.
 *
 * @param summary a text with the address on which the server would listen, or a text that the server is switched off
 * @param isOpenToOthers true if other machines could read the metrics without a token
 * @param port the state of its port
 */
public record HttpBinding(String summary, boolean isOpenToOthers, Port port) {
    private static final int LIMIT_MS = 1000;

    /** The state of the server's port. */
    public enum Port {
        /** The port is free, or the server is switched off. */
        FREE,
        /** A worker uses the port. It may be the worker with these settings. */
        OF_A_WORKER,
        /** Another program uses the default port. The worker would start without the server. */
        TAKEN,
        /** Another program uses the port that the settings require. The worker would not start. */
        TAKEN_BUT_CONFIGURED
    }

    /**
     * Reads the settings and checks the port.
     *
     * @param settings the worker's settings
     * @return the address and the state of the port
     * @throws ConfigurationException if the host or the token's file cannot be used
     */
    public static HttpBinding of(Settings settings) {
        Optional<HttpSettings> configured = HttpSettings.from(settings);
        if (configured.isEmpty()) {
            return new HttpBinding("switched off", false, Port.FREE);
        }
        HttpSettings http = configured.get();
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
            return http.required() ? Port.TAKEN_BUT_CONFIGURED : Port.TAKEN;
        }
    }

    private static boolean isWorker(HttpSettings http) {
        InetAddress host = http.host().isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : http.host();
        try {
            URI livez = new URI("http", null, host.getHostAddress(), http.port(), "/livez", null, null);
            HttpURLConnection connection = (HttpURLConnection) livez.toURL().openConnection(Proxy.NO_PROXY);
            connection.setConnectTimeout(LIMIT_MS);
            connection.setReadTimeout(LIMIT_MS);
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
