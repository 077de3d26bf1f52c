package sg.aiverify.worker.gateway;

import java.net.URI;
import java.util.List;
import java.util.Objects;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;

/**
 * Where the gateway is.
 *
 * @param url its address, without a slash at the end
 */
public record GatewaySettings(URI url) {
    /** The gateway's address. */
    public static final Setting<URI> APIGW_URL = Setting.of(
            "APIGW_URL",
            "http://127.0.0.1:4000",
            "address of the AI Verify API gateway",
            "an http or https URL with a host, without query, fragment or password",
            GatewaySettings::parse);

    public GatewaySettings {
        Objects.requireNonNull(url, "url");
    }

    /**
     * Reads the settings.
     *
     * @param settings hold {@link #APIGW_URL}
     * @return the gateway's settings
     */
    public static GatewaySettings of(Settings settings) {
        return new GatewaySettings(settings.get(APIGW_URL));
    }

    /**
     * Lists the settings.
     *
     * @return what {@link #of} reads
     */
    public static List<Setting<?>> settings() {
        return List.of(APIGW_URL);
    }

    private static URI parse(String text) {
        String stripped = text.replaceFirst("/+$", "");
        URI url = URI.create(stripped);
        boolean web = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
        if (!web || url.getHost() == null || url.getPort() > 65535) {
            throw new IllegalArgumentException("not a web address with a host");
        }
        if (url.getRawQuery() != null || url.getRawFragment() != null || url.getRawUserInfo() != null) {
            throw new IllegalArgumentException("has a query, a fragment or a password");
        }
        return url;
    }
}
