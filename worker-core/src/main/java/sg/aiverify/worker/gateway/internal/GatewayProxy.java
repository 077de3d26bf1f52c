package sg.aiverify.worker.gateway.internal;

import java.net.InetAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;

/**
 * The proxy for connections to the gateway. It is set by the variables that most programs use: {@code HTTPS_PROXY},
 * {@code HTTP_PROXY} and {@code NO_PROXY}, each also in lower case. Requests to this machine never use a proxy.
 *
 * @param host its name or address
 * @param port its port
 * @param user the user to log in as; null without a login
 * @param password the password; null without a login
 */
public record GatewayProxy(
        String host,
        int port,
        @Nullable String user,
        @Nullable String password) {
    /** The proxy for gateways with an https address. */
    public static final Setting<String> HTTPS_PROXY = Setting.secret(
                    "HTTPS_PROXY", "proxy for a gateway with an https address")
            .inGroup(GatewaySettings.GROUP)
            .withDetails("""
                    Write it as `http://host:port` or `http://user:password@host:port`.
                    The name in lower case is read, too.
                    Package tools also use this proxy.
                    The worker never uses a proxy to reach its own machine.
                    """);
    /** The proxy for gateways with an http address. */
    public static final Setting<String> HTTP_PROXY = Setting.secret(
                    "HTTP_PROXY", "proxy for a gateway with an http address")
            .inGroup(GatewaySettings.GROUP)
            .withDetails("It follows the same rules as `HTTPS_PROXY`.");
    /** The hosts to reach without a proxy. */
    public static final Setting<String> NO_PROXY = Setting.text(
                    "NO_PROXY", null, "hosts, domains and networks to reach without a proxy")
            .inGroup(GatewaySettings.GROUP)
            .withDetails("""
                    Separate the entries by commas.
                    An entry is a name (with all names below it), an address, a network such as
                    `10.0.0.0/8`, or `*` for all.
                    The name in lower case is read, too.
                    """);

    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[?[0-9a-fA-F:.]*:[0-9a-fA-F:.]*\\]?");

    public GatewayProxy {
        Objects.requireNonNull(host, "host");
    }

    /** Returns the proxy for an address; empty if no proxy must be used. */
    static Optional<GatewayProxy> of(Settings settings, URI url) {
        boolean secure = "https".equalsIgnoreCase(url.getScheme());
        Setting<String> setting = secure ? HTTPS_PROXY : HTTP_PROXY;
        Optional<String> text = either(settings, setting);
        if (text.isEmpty() || isExempt(url, either(settings, NO_PROXY).orElse(""))) {
            return Optional.empty();
        }
        return Optional.of(parse(setting, text.get()));
    }

    private static Optional<String> either(Settings settings, Setting<String> setting) {
        return settings.find(setting)
                .or(() -> settings.find(Setting.secret(setting.name().toLowerCase(Locale.ROOT), setting.meaning())));
    }

    // The message does not show the value, which may contain a password.
    private static GatewayProxy parse(Setting<String> setting, String text) {
        ConfigurationException wrong = new ConfigurationException(
                "The value of " + setting.name() + " is not allowed; allowed: http://host:port, or"
                        + " http://user:password@host:port with escapes as in URLs");
        try {
            URI uri = URI.create(text.contains("://") ? text : "http://" + text);
            if (!"http".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null || uri.getPort() > 65535) {
                throw wrong;
            }
            String login = uri.getRawUserInfo();
            int colon = login == null ? -1 : login.indexOf(':');
            return new GatewayProxy(
                    uri.getHost(),
                    uri.getPort() < 0 ? 80 : uri.getPort(),
                    login == null ? null : plain(colon < 0 ? login : login.substring(0, colon)),
                    login == null ? null : colon < 0 ? "" : plain(login.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            throw wrong;
        }
    }

    private static String plain(String escaped) {
        return URLDecoder.decode(escaped.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static boolean isExempt(URI url, String list) {
        String host = url.getHost().toLowerCase(Locale.ROOT);
        Optional<InetAddress> address = literal(host);
        if (host.equals("localhost")
                || address.filter(InetAddress::isLoopbackAddress).isPresent()) {
            return true;
        }
        int port = url.getPort() >= 0 ? url.getPort() : "https".equalsIgnoreCase(url.getScheme()) ? 443 : 80;
        for (String each : list.toLowerCase(Locale.ROOT).split("[,\\s]+")) {
            if (each.equals("*") || !each.isEmpty() && matches(each, host, port, address)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(String exempt, String host, int port, Optional<InetAddress> address) {
        int slash = exempt.indexOf('/');
        if (slash > 0) {
            return address.isPresent()
                    && literal(exempt.substring(0, slash))
                            .filter(network -> isWithin(address.get(), network, exempt.substring(slash + 1)))
                            .isPresent();
        }
        Optional<InetAddress> exemptAddress = literal(exempt);
        if (exemptAddress.isPresent()) {
            return address.equals(exemptAddress);
        }
        int colon = exempt.lastIndexOf(':');
        if (colon > 0 && !exempt.substring(colon + 1).equals(String.valueOf(port))) {
            return false;
        }
        String name = (colon > 0 ? exempt.substring(0, colon) : exempt).replaceFirst("^\\*?\\.", "");
        return host.equals(name) || host.endsWith("." + name);
    }

    private static boolean isWithin(InetAddress address, InetAddress network, String prefix) {
        byte[] one = address.getAddress();
        byte[] other = network.getAddress();
        if (one.length != other.length || !prefix.matches("\\d{1,3}")) {
            return false;
        }
        int bits = Integer.parseInt(prefix);
        if (bits > one.length * 8) {
            return false;
        }
        for (int i = 0; i < bits; i++) {
            int mask = 0x80 >> (i % 8);
            if (((one[i / 8] ^ other[i / 8]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Parses an IP address; returns empty for a name that would need a DNS lookup. */
    private static Optional<InetAddress> literal(String text) {
        if (!ADDRESS.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(text));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return host + ":" + port + (user == null ? "" : " with a login");
    }
}
