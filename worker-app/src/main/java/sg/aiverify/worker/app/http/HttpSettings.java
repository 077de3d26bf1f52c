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
 * How the operator's HTTP server is to be.
 *
 * @param host the address that it listens at
 * @param port the port; 0 for any that is free
 * @param asked whether the operator asked for just this address or port, so that nothing less will do
 * @param token what clients must show; null for nothing
 */
record HttpSettings(
        InetAddress host, int port, boolean asked, @Nullable AccessToken token) {
    private static final Logger log = LogManager.getLogger(HttpSettings.class);

    /**
     * Reads the settings.
     *
     * @return empty if there is to be no server
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

    /** Tells whether other machines could ask for more than the probes, without a token. */
    boolean isOpenToOthers() {
        return !host.isLoopbackAddress() && token == null;
    }

    /** Gives host and port as a part of an address. */
    String authority(int actualPort) {
        String address = host.getHostAddress();
        return (address.contains(":") ? "[" + address + "]" : address) + ":" + actualPort;
    }

    /**
     * Sees that the host is this machine.
     *
     * @throws ConfigurationException if it is not
     */
    void requireOwnHost() {
        try (ServerSocket probe = new ServerSocket(0, 1, host)) {
            log.debug("{} is of this machine", probe);
        } catch (IOException e) {
            throw new ConfigurationException(
                    AppSettings.HTTP_HOST.name() + "=" + host.getHostAddress() + " is no address of this machine");
        }
    }

    private static InetAddress host(String name) {
        try {
            return InetAddress.getByName(name);
        } catch (UnknownHostException e) {
            throw new ConfigurationException(AppSettings.HTTP_HOST.name() + "=" + name + " is not known");
        }
    }
}
