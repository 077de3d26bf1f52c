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
    public static final Setting<URI> APIGW_URL =
            address("APIGW_URL", "http://127.0.0.1:4000", "address of the AI Verify API gateway");

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

    /**
     * Makes a setting for an address of the gateway.
     *
     * @param name its name
     * @param defaultText what holds unless it is set
     * @param meaning what it is for, in a few words
     * @return the setting; its value ends without a slash
     */
    public static Setting<URI> address(String name, String defaultText, String meaning) {
        return Setting.of(
                name,
                defaultText,
                meaning,
                "an http or https URL with a host, without query, fragment or password",
                GatewaySettings::parse);
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
