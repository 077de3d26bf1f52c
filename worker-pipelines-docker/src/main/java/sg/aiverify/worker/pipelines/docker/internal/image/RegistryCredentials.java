package sg.aiverify.worker.pipelines.docker.internal.image;

import com.github.dockerjava.api.model.AuthConfig;
import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.pipelines.docker.internal.engine.ClientConfiguration;

/**
 * Credentials for registries, as {@code docker login} stores them: in the configuration file or with a credential
 * helper. They are read at each use, since they may expire. Thread-safe.
 */
public final class RegistryCredentials {
    private static final String HUB = "https://index.docker.io/v1/";
    private static final String TOKEN_USER = "<token>";
    private final ClientConfiguration client;

    public RegistryCredentials(ClientConfiguration client) {
        this.client = client;
    }

    /** Returns the credentials for a registry; empty if no credentials are stored. */
    Optional<AuthConfig> find(String registry) {
        try {
            JsonObject file = client.read();
            String server = isHub(registry) ? HUB : registry;
            Optional<String> helper = ClientConfiguration.object(file, "credHelpers")
                    .flatMap(helpers -> ClientConfiguration.text(helpers, server))
                    .or(() -> ClientConfiguration.text(file, "credsStore"));
            Optional<AuthConfig> found = helper.isPresent()
                    ? new CredentialProgram("docker-credential-" + helper.get(), client.file())
                            .get(server)
                            .map(RegistryCredentials::ofHelper)
                    : ClientConfiguration.object(file, "auths").flatMap(auths -> ofFile(auths, server));
            return found.map(credentials -> credentials.withRegistryAddress(server));
        } catch (ConfigurationException e) {
            throw new InfrastructureException(e.getMessage(), e);
        }
    }

    /** Returns the source of the credentials, for an error message. */
    String origin(String registry) {
        return client.file() + " (set by \"docker login " + registry + "\")";
    }

    /** Checks for Docker Hub. The first part of an image's name is another registry only if it looks like a host. */
    private static boolean isHub(String registry) {
        return registry.equals("docker.io")
                || registry.equals("index.docker.io")
                || !(registry.contains(".") || registry.contains(":") || registry.equals("localhost"));
    }

    private static AuthConfig ofHelper(CredentialProgram.Credentials found) {
        return TOKEN_USER.equals(found.user())
                ? new AuthConfig().withIdentityToken(found.secret())
                : new AuthConfig().withUsername(found.user()).withPassword(found.secret());
    }

    private Optional<AuthConfig> ofFile(JsonObject auths, String server) {
        Optional<JsonObject> exact = ClientConfiguration.object(auths, server);
        return exact.or(() -> auths.entrySet().stream()
                        .filter(entry -> host(entry.getKey()).equals(host(server)))
                        .map(Map.Entry::getValue)
                        .filter(JsonObject.class::isInstance)
                        .map(JsonObject.class::cast)
                        .findFirst())
                .flatMap(entry -> ofEntry(entry, server));
    }

    private Optional<AuthConfig> ofEntry(JsonObject entry, String server) {
        Optional<AuthConfig> token = ClientConfiguration.text(entry, "identitytoken")
                .map(text -> new AuthConfig().withIdentityToken(text))
                .or(() -> ClientConfiguration.text(entry, "registrytoken")
                        .map(text -> new AuthConfig().withRegistrytoken(text)));
        if (token.isPresent()) {
            return token;
        }
        Optional<String> user = ClientConfiguration.text(entry, "username");
        Optional<String> password = ClientConfiguration.text(entry, "password");
        if (user.isPresent() && password.isPresent()) {
            return Optional.of(new AuthConfig().withUsername(user.get()).withPassword(password.get()));
        }
        return ClientConfiguration.text(entry, "auth").map(text -> ofBasic(text, server));
    }

    private AuthConfig ofBasic(String text, String server) {
        try {
            String both = new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
            int colon = both.indexOf(':');
            if (colon > 0) {
                return new AuthConfig().withUsername(both.substring(0, colon)).withPassword(both.substring(colon + 1));
            }
        } catch (IllegalArgumentException e) {
            throw unreadable(server);
        }
        throw unreadable(server);
    }

    private ConfigurationException unreadable(String server) {
        return new ConfigurationException(
                "The credentials for " + server + " in " + client.file() + " are not user:password in Base64");
    }

    /** Returns the host of a key of the file; in old files a key is a URL. */
    private static String host(String key) {
        String rest = key.replaceFirst("^https?://", "");
        int slash = rest.indexOf('/');
        return slash < 0 ? rest : rest.substring(0, slash);
    }
}
