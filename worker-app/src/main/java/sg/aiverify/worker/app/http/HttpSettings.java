package sg.aiverify.worker.app.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.app.settings.AppSettings;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;

/**
 * The settings of the HTTP server for operators.
 *
 * @param host the address on which the server listens
 * @param port the port; 0 for any free port
 * @param required whether the operator has set the port, so that the worker must not start without it
 * @param token the token that clients must send; null if they need none
 */
record HttpSettings(
        InetAddress host,
        int port,
        boolean required,
        @Nullable AccessToken token) {
    private static final Logger log = LogManager.getLogger(HttpSettings.class);

    /**
     * Reads the settings.
     *
     * @return the settings; empty if the server is switched off
     * @throws ConfigurationException if a value, the host or the token's file cannot be used
     */
    static Optional<HttpSettings> from(Settings settings) {
        OptionalInt port = settings.get(AppSettings.HTTP_PORT);
        if (port.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new HttpSettings(
                host(settings.get(AppSettings.HTTP_HOST)),
                port.getAsInt(),
                settings.isSet(AppSettings.HTTP_PORT),
                settings.find(AppSettings.HTTP_TOKEN_FILE).map(AccessToken::new).orElse(null)));
    }

    /** Checks whether other machines could read more than the probes' responses without a token. */
    boolean isOpenToOthers() {
        return !host.isLoopbackAddress() && token == null;
    }

    /** Returns the host and the port as part of a URL. */
    String authority(int actualPort) {
        String address = host.getHostAddress();
        return (address.contains(":") ? "[" + address + "]" : address) + ":" + actualPort;
    }

    /**
     * Checks that the host is an address of this machine.
     *
     * @throws ConfigurationException if it is not an address of this machine
     */
    void requireOwnHost() {
        try (ServerSocket probe = new ServerSocket(0, 1, host)) {
            log.debug("Opened {} to check that {} is an address of this machine", probe, host.getHostAddress());
        } catch (IOException e) {
            throw new ConfigurationException(
                    AppSettings.HTTP_HOST.name() + "=" + host.getHostAddress() + " is not an address of this machine");
        }
    }

    private static InetAddress host(String name) {
        try {
            return InetAddress.getByName(name);
        } catch (UnknownHostException e) {
            throw new ConfigurationException(
                    AppSettings.HTTP_HOST.name() + "=" + name + " is not an IP address or the name of a known host");
        }
    }
}
