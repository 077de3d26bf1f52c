package sg.aiverify.worker.pipelines.docker.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;

class EngineAddressTest {
    /** The digest of the context's name, "far". */
    private static final String DIGEST = "512eea46ceb3921dff4363c7069d89d4964d1d9fccaa0f411851a7aa60a5c868";

    /** A certificate that nothing uses. */
    private static final String CERTIFICATE = """
            -----BEGIN CERTIFICATE-----
            MIIBbjCCARWgAwIBAgIUDoPQQstQYqmog/WYQp5Eyx6d270wCgYIKoZIzj0EAwIw
            DDEKMAgGA1UEAwwBdDAgFw0yNjExMjExMzE4MjNaGA8yMTI2MTAyODEzMTgyM1ow
            DDEKMAgGA1UEAwwBdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHEC6+V81j9u
            PYX3AyvZbPz9JnvM3ZiE4CnowmRgGN5lsNIzg03Ku4WJg+xCS7o7IXyerCDoUae8
            Vf0L0UeW8YyjUzBRMB0GA1UdDgQWBBSOAXNJlGz8lj38Y6clnoRhK09ayjAfBgNV
            HSMEGDAWgBSOAXNJlGz8lj38Y6clnoRhK09ayjAPBgNVHRMBAf8EBTADAQH/MAoG
            CCqGSM49BAMCA0cAMEQCIAp7OXgqxvj8Cn0Zgk+8y5xsoZ7KBCx/Vs5F6oLLj936
            AiBVPayR/w3EYFddyIoXfzRP0XOYJADh/ZgSTqgQubis6Q==
            -----END CERTIFICATE-----
            """;

    @TempDir
    Path client;

    private EngineAddress find(String... settings) {
        Map<String, String> all = new HashMap<>(Map.of("DOCKER_CONFIG", client.toString()));
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        Settings given = Settings.of(all);
        return EngineAddress.from(given, ClientConfiguration.from(given));
    }

    private Path certificates(Path directory) throws IOException {
        Files.createDirectories(directory);
        for (String file : List.of("ca.pem", "cert.pem", "key.pem")) {
            Files.writeString(directory.resolve(file), CERTIFICATE);
        }
        return directory;
    }

    private Path context(String endpoint) throws IOException {
        Path meta = Files.createDirectories(client.resolve("contexts/meta/" + DIGEST));
        Files.writeString(
                meta.resolve("meta.json"), "{\"Name\": \"far\", \"Endpoints\": {\"docker\": " + endpoint + "}}");
        return client.resolve("contexts/tls/" + DIGEST + "/docker");
    }

    @Test
    void byDefaultItIsTheLocalSocket() {
        assertThat(find().host()).hasToString("unix:///var/run/docker.sock");
        assertThat(find("DOCKER_CONTEXT", "default").host()).hasToString("unix:///var/run/docker.sock");
    }

    @Test
    void aHostWinsOverEveryContext() throws IOException {
        context("{\"Host\": \"tcp://far.example:1\"}");
        assertThat(find("DOCKER_HOST", "unix:///run/user/1000/docker.sock", "DOCKER_CONTEXT", "far")
                        .host())
                .hasToString("unix:///run/user/1000/docker.sock");
    }

    @Test
    void aHostNeedsNeitherSchemeNorPort() throws IOException {
        assertThat(find("DOCKER_HOST", "near.example").host()).hasToString("tcp://near.example:2375");
        Path certificates = certificates(client.resolve("mine"));
        assertThat(find(
                        "DOCKER_HOST",
                        "tcp://near.example",
                        "DOCKER_TLS_VERIFY",
                        "1",
                        "DOCKER_CERT_PATH",
                        certificates.toString()))
                .hasToString("EngineAddress[host=tcp://near.example:2376, certificates=" + certificates + "]");
    }

    @Test
    void certificatesAreLookedForInTheClientsDirectory() throws IOException {
        certificates(client);
        assertThat(find("DOCKER_HOST", "tcp://near.example", "DOCKER_TLS_VERIFY", "1")
                        .certificates())
                .isEqualTo(client);
    }

    @Test
    void aContextIsFoundByItsNameWithItsCertificates() throws IOException {
        Path certificates = certificates(context("{\"Host\": \"tcp://far.example:1\", \"SkipTLSVerify\": false}"));
        assertThat(find("DOCKER_CONTEXT", "far"))
                .hasToString("EngineAddress[host=tcp://far.example:1, certificates=" + certificates + "]");
    }

    @Test
    void theCurrentContextIsTheConfigurationFiles() throws IOException {
        context("{\"Host\": \"unix:///far.sock\"}");
        Files.writeString(client.resolve("config.json"), "{\"currentContext\": \"far\"}");
        assertThat(find().host()).hasToString("unix:///far.sock");
    }

    @Test
    void aContextThatIsNotThereIsNamedWithItsOrigin() throws IOException {
        assertThatThrownBy(() -> find("DOCKER_CONTEXT", "gone"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("The Docker context \"gone\", set by DOCKER_CONTEXT, does not exist in " + client
                        + "; \"docker context ls\" lists the existing contexts");
        Files.writeString(client.resolve("config.json"), "{\"currentContext\": \"gone\"}");
        assertThatThrownBy(this::find)
                .hasMessageContaining("set by currentContext in " + client.resolve("config.json") + ",");
    }

    @Test
    void aContextThatVerifiesNothingIsRefused() throws IOException {
        context("{\"Host\": \"tcp://far.example:1\", \"SkipTLSVerify\": true}");
        assertThatThrownBy(() -> find("DOCKER_CONTEXT", "far"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("The Docker context \"far\", set by DOCKER_CONTEXT, does not verify the engine's"
                        + " certificate; use a context that does");
    }

    @Test
    void addressesOfOtherKindsAreRefused() {
        for (String wrong : List.of("ssh://me@far.example", "unix://", "tcp://", "no host", "tcp://a b")) {
            assertThatThrownBy(() -> find("DOCKER_HOST", wrong))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessage("The address of the Docker engine is \"" + wrong
                            + "\", from DOCKER_HOST; it must be unix:///path/of/socket or tcp://host:port");
        }
    }

    @Test
    void aMissingCertificateIsNamed() throws IOException {
        Path certificates = certificates(client.resolve("mine"));
        Files.delete(certificates.resolve("key.pem"));
        assertThatThrownBy(() -> find(
                        "DOCKER_HOST",
                        "tcp://near.example:2376",
                        "DOCKER_TLS_VERIFY",
                        "1",
                        "DOCKER_CERT_PATH",
                        certificates.toString()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("TLS for the Docker engine at tcp://near.example:2376 needs ca.pem, cert.pem, key.pem in "
                        + certificates
                        + ", but key.pem cannot be read; check the file, or DOCKER_CERT_PATH or the context");
    }
}
