package sg.aiverify.worker.pipelines.docker.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.ServiceUnavailableException;
import sg.aiverify.worker.pipelines.docker.machine.Need;
import sg.aiverify.worker.pipelines.docker.machine.PrivateEngine;
import sg.aiverify.worker.pipelines.docker.machine.Requires;

/** A real engine with TLS that requires a client certificate. */
@Requires({Need.ENGINE, Need.OWN_ENGINE, Need.OPENSSL})
class EngineTlsTest {
    @TempDir
    static Path directory;

    private static PrivateEngine machine;

    @BeforeAll
    static void start() throws Exception {
        authority("ca");
        authority("other");
        certificate("server", "subjectAltName=IP:127.0.0.1");
        certificate("client", "extendedKeyUsage=clientAuth");
        client("mine", "ca");
        client("others", "other");
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        machine = PrivateEngine.open(
                directory.resolve("engine"),
                directory.resolve("engine/data"),
                "tcp://127.0.0.1:" + port,
                List.of(
                        "--tlsverify",
                        "--tlscacert=" + directory.resolve("ca.pem"),
                        "--tlscert=" + directory.resolve("server.pem"),
                        "--tlskey=" + directory.resolve("server-key.pem")));
    }

    @AfterAll
    static void stop() {
        if (machine != null) {
            machine.close();
        }
    }

    private static void authority(String name) throws Exception {
        openssl(
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=" + name,
                "-keyout",
                name + "-key.pem",
                "-out",
                name + ".pem");
    }

    private static void certificate(String name, String extension) throws Exception {
        Path extensions = Files.writeString(directory.resolve(name + ".ext"), extension);
        openssl(
                "req",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-subj",
                "/CN=" + name,
                "-keyout",
                name + "-key.pem",
                "-out",
                name + ".csr");
        openssl(
                "x509",
                "-req",
                "-in",
                name + ".csr",
                "-CA",
                "ca.pem",
                "-CAkey",
                "ca-key.pem",
                "-CAcreateserial",
                "-days",
                "2",
                "-extfile",
                extensions.toString(),
                "-out",
                name + ".pem");
    }

    private static void openssl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("openssl.log").toFile())
                .start();
        assertThat(process.waitFor()).as(() -> "openssl " + List.of(arguments)).isZero();
    }

    private static void client(String name, String authority) throws IOException {
        Path client = Files.createDirectories(directory.resolve(name));
        Files.copy(directory.resolve(authority + ".pem"), client.resolve("ca.pem"));
        Files.copy(directory.resolve("client.pem"), client.resolve("cert.pem"));
        Files.copy(directory.resolve("client-key.pem"), client.resolve("key.pem"));
    }

    private static DockerEngine open(Map<String, String> settings) {
        return DockerEngine.open(Settings.of(settings));
    }

    private static Map<String, String> with(String certificates) {
        return Map.of(
                "DOCKER_HOST", machine.host(),
                "DOCKER_TLS_VERIFY", "1",
                "DOCKER_CERT_PATH", directory.resolve(certificates).toString());
    }

    private static String ping(DockerEngine engine) {
        return engine.call(
                        "tell its version", () -> engine.client().versionCmd().exec())
                .getVersion();
    }

    @Test
    void itIsReachedWithTheCertificatesThatAreNamed() {
        try (DockerEngine engine = open(with("mine"))) {
            assertThat(ping(engine)).isNotBlank();
            assertThat(engine.isReachable()).isTrue();
        }
    }

    @Test
    void itIsReachedWithTheCertificatesOfAContext() throws IOException {
        Path configuration = directory.resolve("configuration");
        ClientConfiguration client = new ClientConfiguration(configuration);
        Path certificates = client.contextCertificates("secured");
        Path meta = configuration
                .resolve("contexts/meta")
                .resolve(certificates.getParent().getFileName());
        Files.createDirectories(meta);
        Files.createDirectories(certificates.getParent());
        Files.createSymbolicLink(certificates, directory.resolve("mine"));
        Files.writeString(
                meta.resolve("meta.json"),
                "{\"Name\": \"secured\", \"Endpoints\": {\"docker\": {\"Host\": \"" + machine.host() + "\"}}}");

        try (DockerEngine engine =
                open(Map.of("DOCKER_CONFIG", configuration.toString(), "DOCKER_CONTEXT", "secured"))) {
            assertThat(ping(engine)).isNotBlank();
        }
    }

    @Test
    void anEngineOfAnotherAuthorityIsNotTrusted() {
        try (DockerEngine engine = open(with("others"))) {
            assertThatThrownBy(() -> ping(engine))
                    .isInstanceOf(ServiceUnavailableException.class)
                    .hasMessageStartingWith("The Docker engine at " + machine.host() + " is not reachable and cannot"
                            + " tell its version: ")
                    .hasMessageContaining("unable to find valid certification path");
        }
    }

    @Test
    void withoutTlsItSaysWhatItWants() {
        try (DockerEngine engine = open(Map.of("DOCKER_HOST", machine.host()))) {
            assertThatThrownBy(() -> ping(engine))
                    .isInstanceOf(InfrastructureException.class)
                    .hasMessageContaining("Client sent an HTTP request to an HTTPS server");
        }
    }

    @Test
    void aFileThatIsNoCertificateIsRefused() throws IOException {
        client("broken", "ca");
        Files.writeString(directory.resolve("broken/ca.pem"), "no certificate");
        assertThatThrownBy(() -> open(with("broken")).close())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("but ca.pem contains no certificate");
        client("keyless", "ca");
        Files.writeString(directory.resolve("keyless/key.pem"), "no key");
        assertThatThrownBy(() -> open(with("keyless")).close())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("The Docker engine at " + machine.host() + " cannot be used as configured: ");
    }
}
