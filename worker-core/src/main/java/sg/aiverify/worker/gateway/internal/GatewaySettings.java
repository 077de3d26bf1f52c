package sg.aiverify.worker.gateway.internal;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;

/**
 * The gateway's address, and the settings for connections to the gateway.
 *
 * @param url its address, without a slash at the end
 * @param caFile PEM file of the authorities to trust; null for those of the Java runtime
 * @param tokenFile file that contains a bearer token; null to send no token
 * @param headersFile file that contains headers to send; null to send no additional headers
 * @param proxy the proxy to use; null for a direct connection
 */
public record GatewaySettings(
        URI url,
        @Nullable Path caFile,
        @Nullable Path tokenFile,
        @Nullable Path headersFile,
        @Nullable GatewayProxy proxy) {
    /** The heading of these settings in docs/configuration.md. */
    static final String GROUP = "API gateway";

    /** The gateway's address. */
    public static final Setting<URI> APIGW_URL = address(
                    "APIGW_URL", "http://127.0.0.1:4000", "address of the AI Verify API gateway")
            .inGroup(GROUP);

    /** The authorities to trust. */
    public static final Setting<Path> CA_FILE = Setting.path(
                    "APIGW_CA_FILE", null, "PEM file of the authorities to trust for an https gateway")
            .inGroup(GROUP)
            .whenNotSet("those of the Java runtime");
    /** The file with a bearer token. */
    public static final Setting<Path> TOKEN_FILE = Setting.secretFile(
                    "APIGW_TOKEN_FILE", "file with a bearer token for the gateway")
            .inGroup(GROUP)
            .withDetails("""
                    The worker sends the token to the gateway as `Authorization: Bearer ...`.
                    The file is read again when it changes.
                    """);
    /** The file with headers. */
    public static final Setting<Path> HEADERS_FILE = Setting.secretFile(
                    "APIGW_HEADERS_FILE", "file of headers for the gateway, one 'Name: value' a line")
            .inGroup(GROUP)
            .withDetails("""
                    Lines that start with `#` are ignored.
                    The file is read again when it changes.
                    """);

    public GatewaySettings {
        Objects.requireNonNull(url, "url");
        if (caFile != null && !isSecure(url)) {
            throw new ConfigurationException(
                    CA_FILE.name() + "=" + caFile + " has no effect: " + APIGW_URL.name() + " is not https");
        }
    }

    /**
     * Creates settings with an address only.
     *
     * @param url the gateway's address, without a slash at the end
     */
    public GatewaySettings(URI url) {
        this(url, null, null, null, null);
    }

    /**
     * Reads the settings.
     *
     * @param settings the settings that contain {@link #APIGW_URL}
     * @return the gateway's settings
     * @throws ConfigurationException if a value is not allowed, or the settings contradict each other
     */
    public static GatewaySettings of(Settings settings) {
        URI url = settings.get(APIGW_URL);
        return new GatewaySettings(
                url,
                settings.find(CA_FILE).orElse(null),
                settings.find(TOKEN_FILE).orElse(null),
                settings.find(HEADERS_FILE).orElse(null),
                GatewayProxy.of(settings, url).orElse(null));
    }

    boolean isSecure() {
        return isSecure(url);
    }

    private static boolean isSecure(URI url) {
        return "https".equalsIgnoreCase(url.getScheme());
    }

    /**
     * Returns the settings that {@link #of} reads.
     *
     * @return the settings
     */
    public static List<Setting<?>> settings() {
        return List.of(
                APIGW_URL,
                CA_FILE,
                TOKEN_FILE,
                HEADERS_FILE,
                GatewayProxy.HTTPS_PROXY,
                GatewayProxy.HTTP_PROXY,
                GatewayProxy.NO_PROXY);
    }

    /**
     * Creates a setting for an address of the gateway.
     *
     * @param name its name
     * @param defaultText its default
     * @param meaning its meaning, in a few words
     * @return the setting; its value has no slash at the end
     */
    public static Setting<URI> address(String name, String defaultText, String meaning) {
        return Setting.of(
                name,
                defaultText,
                meaning,
                "an http or https URL without query, fragment or password",
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
