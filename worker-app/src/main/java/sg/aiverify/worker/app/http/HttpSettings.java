package sg.aiverify.worker.app.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.OptionalInt;
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

    private static InetAddress host(String name) {
        try {
            return InetAddress.getByName(name);
        } catch (UnknownHostException e) {
            throw new ConfigurationException(AppSettings.HTTP_HOST.name() + "=" + name + " is not known");
        }
    }
}
