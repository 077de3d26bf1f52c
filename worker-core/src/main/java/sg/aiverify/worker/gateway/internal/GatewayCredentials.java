package sg.aiverify.worker.gateway.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.message.BasicHeader;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.internal.ReloadedFile;
import sg.aiverify.worker.failure.ConfigurationException;

/**
 * Headers that identify the worker to a proxy in front of the gateway. Their file is read again after a change, so
 * that credentials can be renewed while the worker runs. The headers are never logged. Thread-safe.
 */
final class GatewayCredentials {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
    private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7e]+");
    /** Headers that the client sets itself, or that would change where a request ends. */
    private static final Set<String> RESERVED = Set.of(
            "host",
            "content-length",
            "content-type",
            "content-encoding",
            "transfer-encoding",
            "connection",
            "accept-encoding",
            "expect",
            "upgrade",
            "te",
            "trailer",
            "proxy-authorization");

    private final Setting<Path> setting;
    private final Path file;
    private final boolean token;
    private final ReloadedFile<List<Header>> headers;

    private GatewayCredentials(Setting<Path> setting, Path file, boolean token) {
        this.setting = setting;
        this.file = file;
        this.token = token;
        this.headers = new ReloadedFile<>(setting, file, this::parsed);
    }

    /** Creates the credentials from a file that contains a bearer token. */
    static GatewayCredentials token(Path file) {
        return new GatewayCredentials(GatewaySettings.TOKEN_FILE, file, true);
    }

    /** Creates the credentials from a file that contains one header on each line. */
    static GatewayCredentials headers(Path file) {
        return new GatewayCredentials(GatewaySettings.HEADERS_FILE, file, false);
    }

    /** Returns the headers that the file now contains; those from before if the file cannot be used. */
    List<Header> current() {
        return headers.current();
    }

    private List<Header> parsed(String text) {
        if (token) {
            return List.of(new BasicHeader(HttpHeaders.AUTHORIZATION, "Bearer " + value(text.strip(), 1), true));
        }
        List<Header> read = new ArrayList<>();
        int line = 0;
        for (String each : text.split("\n")) {
            line++;
            if (each.isBlank() || each.startsWith("#")) {
                continue;
            }
            int colon = each.indexOf(':');
            String name = colon < 0 ? "" : each.substring(0, colon).strip();
            if (!NAME.matcher(name).matches()) {
                throw wrong(line, "is not of the form 'Name: value'");
            }
            if (RESERVED.contains(name.toLowerCase(Locale.ROOT))) {
                throw wrong(line, "sets " + name + ", which the worker sets itself");
            }
            read.add(new BasicHeader(name, value(each.substring(colon + 1).strip(), line), true));
        }
        if (read.isEmpty()) {
            throw new ConfigurationException(setting.name() + "=" + file + " contains no header");
        }
        return List.copyOf(read);
    }

    private String value(String value, int line) {
        if (!VALUE.matcher(value).matches()) {
            throw wrong(line, value.isEmpty() ? "has no value" : "contains a line break or another control character");
        }
        return value;
    }

    // The message must not contain the file's content, which is secret.
    private ConfigurationException wrong(int line, String problem) {
        return new ConfigurationException(setting.name() + "=" + file + ": line " + line + " " + problem);
    }
}
