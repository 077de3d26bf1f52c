package sg.aiverify.worker.app.http;

import java.util.Optional;
import sg.aiverify.worker.config.Settings;

/**
 * What is to be expected of the operator's HTTP server. That its port is taken is no trouble: a worker that runs may
 * have it.
 *
 * @param told where it would listen, in words
 * @param isOpenToOthers whether other machines could ask for more than the probes, without a token
 */
public record HttpOutlook(String told, boolean isOpenToOthers) {
    /**
     * Looks at the settings.
     *
     * @param settings the worker's settings
     * @return what is to be expected
     * @throws sg.aiverify.worker.failure.ConfigurationException if the host or the token's file cannot be used
     */
    public static HttpOutlook of(Settings settings) {
        Optional<HttpSettings> wanted = HttpSettings.from(settings);
        if (wanted.isEmpty()) {
            return new HttpOutlook("switched off", false);
        }
        HttpSettings http = wanted.get();
        http.requireOwnHost();
        return new HttpOutlook(
                http.port() == 0
                        ? "a free port of " + http.host().getHostAddress()
                        : "http://" + http.authority(http.port()),
                http.isOpenToOthers());
    }
}
