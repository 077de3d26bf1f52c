package sg.aiverify.worker.pipelines.docker.internal.engine;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.pipelines.docker.internal.settings.DockerSettings;

/**
 * The address of the Docker engine. As in the Docker client, it is {@code DOCKER_HOST}, else that of the context in
 * {@code DOCKER_CONTEXT}, else that of the current context, else the default socket.
 * https://docs.docker.com/engine/manage-resources/contexts/
 *
 * @param host a Unix socket or a TCP address
 * @param certificates the directory of ca.pem, cert.pem and key.pem for TLS; null without TLS
 */
public record EngineAddress(URI host, @Nullable Path certificates) {
    private static final String DEFAULT_CONTEXT = "default";
    private static final String DEFAULT_HOST = "unix:///var/run/docker.sock";
    private static final int PORT = 2375;
    private static final int TLS_PORT = 2376;
    private static final String KEY = "key.pem";
    private static final List<String> PEM_FILES = List.of("ca.pem", "cert.pem", KEY);

    public static EngineAddress from(Settings settings, ClientConfiguration client) {
        Optional<String> host = settings.find(DockerSettings.HOST);
        Optional<String> context = host.isPresent()
                ? Optional.empty()
                : settings.find(DockerSettings.CONTEXT)
                        .or(client::currentContext)
                        .filter(name -> !DEFAULT_CONTEXT.equals(name));
        if (context.isPresent()) {
            return ofContext(context.get(), settings, client);
        }
        boolean tls = settings.isSet(DockerSettings.TLS_VERIFY);
        Path certificates =
                settings.find(DockerSettings.CERT_PATH).map(Path::of).orElse(client.directory());
        return of(host.orElse(DEFAULT_HOST), DockerSettings.HOST.name(), tls ? certificates : null);
    }

    private static EngineAddress ofContext(String name, Settings settings, ClientConfiguration client) {
        String origin = settings.isSet(DockerSettings.CONTEXT)
                ? DockerSettings.CONTEXT.name()
                : "currentContext in " + client.file();
        JsonObject endpoint = client.context(name)
                .flatMap(context -> ClientConfiguration.object(context, "Endpoints"))
                .flatMap(endpoints -> ClientConfiguration.object(endpoints, "docker"))
                .orElseThrow(() -> new ConfigurationException(
                        "The Docker context \"" + name + "\", set by " + origin + ", does not exist in "
                                + client.directory() + "; \"docker context ls\" lists the existing contexts"));
        if (endpoint.has("SkipTLSVerify") && endpoint.get("SkipTLSVerify").getAsBoolean()) {
            throw new ConfigurationException("The Docker context \"" + name + "\", set by " + origin
                    + ", does not verify the engine's certificate; use a context that does");
        }
        String host = ClientConfiguration.text(endpoint, "Host").orElse(DEFAULT_HOST);
        Path certificates = client.contextCertificates(name);
        return of(host, "the context \"" + name + "\"", Files.isDirectory(certificates) ? certificates : null);
    }

    private static EngineAddress of(String text, String origin, @Nullable Path certificates) {
        URI host = parse(text, origin);
        if ("unix".equals(host.getScheme())) {
            return new EngineAddress(host, null);
        }
        if (certificates != null) {
            checkCertificates(certificates, host);
        }
        return new EngineAddress(withPort(host, certificates != null), certificates);
    }

    private static void checkCertificates(Path directory, URI host) {
        String needs = "TLS for the Docker engine at " + host + " needs " + String.join(", ", PEM_FILES) + " in "
                + directory + ", but ";
        String advice = "; check the file, or " + DockerSettings.CERT_PATH.name() + " or the context";
        for (String file : PEM_FILES) {
            Path path = directory.resolve(file);
            if (!Files.isReadable(path)) {
                throw new ConfigurationException(needs + file + " cannot be read" + advice);
            }
            if (!file.equals(KEY) && !hasCertificate(path)) {
                throw new ConfigurationException(needs + file + " contains no certificate" + advice);
            }
        }
    }

    private static boolean hasCertificate(Path file) {
        try (InputStream stream = Files.newInputStream(file)) {
            return !CertificateFactory.getInstance("X.509")
                    .generateCertificates(stream)
                    .isEmpty();
        } catch (IOException | CertificateException e) {
            return false;
        }
    }

    private static URI parse(String text, String origin) {
        try {
            URI host = new URI(text.contains("://") ? text : "tcp://" + text);
            boolean unix = "unix".equals(host.getScheme())
                    && host.getPath() != null
                    && host.getPath().length() > 1;
            boolean tcp = "tcp".equals(host.getScheme()) && host.getHost() != null;
            if (unix || tcp) {
                return host;
            }
        } catch (URISyntaxException e) {
            throw refused(text, origin);
        }
        throw refused(text, origin);
    }

    private static ConfigurationException refused(String text, String origin) {
        return new ConfigurationException("The address of the Docker engine is \"" + text + "\", from " + origin
                + "; it must be unix:///path/of/socket or tcp://host:port");
    }

    private static URI withPort(URI host, boolean tls) {
        return host.getPort() < 0 ? URI.create(host + ":" + (tls ? TLS_PORT : PORT)) : host;
    }
}
