package sg.aiverify.worker.pipelines.docker.internal.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.model.AuthConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.pipelines.docker.internal.engine.ClientConfiguration;

class RegistryCredentialsTest {
    @TempDir
    Path directory;

    private Optional<AuthConfig> find(String json, String registry) throws IOException {
        Files.writeString(directory.resolve("config.json"), json);
        return new RegistryCredentials(new ClientConfiguration(directory)).find(registry);
    }

    @Test
    void withoutAFileThereAreNone() {
        assertThat(new RegistryCredentials(new ClientConfiguration(directory.resolve("nowhere"))).find("r.example"))
                .isEmpty();
    }

    @Test
    void aPasswordMayHaveColons() throws IOException {
        assertThat(find("{\"auths\": {\"r.example:5000\": {\"auth\": \"bWU6YTpi\"}}}", "r.example:5000"))
                .hasValueSatisfying(login -> {
                    assertThat(login.getUsername()).isEqualTo("me");
                    assertThat(login.getPassword()).isEqualTo("a:b");
                    assertThat(login.getRegistryAddress()).isEqualTo("r.example:5000");
                });
    }

    @Test
    void oldFilesHaveAddressesForKeys() throws IOException {
        String json = "{\"auths\": {\"https://r.example/v1/\": {\"username\": \"me\", \"password\": \"p\"}}}";
        assertThat(find(json, "r.example")).isPresent();
        assertThat(find(json, "other.example")).isEmpty();
    }

    @Test
    void aRegistryWithoutAHostIsDockerHub() throws IOException {
        String json = "{\"auths\": {\"https://index.docker.io/v1/\": {\"identitytoken\": \"t\"}}}";
        assertThat(find(json, "myself"))
                .hasValueSatisfying(
                        login -> assertThat(login.getIdentitytoken()).isEqualTo("t"));
    }

    @Test
    void whatIsNoCredentialsIsToldWithItsFile() {
        assertThatThrownBy(() -> find("{\"auths\": {\"r.example\": {\"auth\": \"!\"}}}", "r.example"))
                .isInstanceOf(InfrastructureException.class)
                .hasMessage("The credentials for r.example in " + directory.resolve("config.json")
                        + " are not user:password in Base64");
        assertThatThrownBy(() -> find("{", "r.example"))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith(
                        "The Docker client's file " + directory.resolve("config.json") + " cannot be read as JSON: ");
    }

    @Test
    void aHelperIsAskedForTheServer() throws IOException {
        CredentialProgram helper = helper("""
                test "$1" = get || exit 9
                read -r server || true
                echo "{\\"ServerURL\\": \\"$server\\", \\"Username\\": \\"of $server\\", \\"Secret\\": \\"s\\"}"
                """);
        assertThat(helper.get("r.example:5000")).contains(new CredentialProgram.Credentials("of r.example:5000", "s"));
    }

    @Test
    void aHelperWithoutTheServerHasNone() throws IOException {
        assertThat(helper("echo 'credentials not found in native keychain'; exit 1")
                        .get("r.example"))
                .isEmpty();
    }

    @Test
    void aHelperThatFailsIsNamed() throws IOException {
        CredentialProgram failing = helper("echo 'the vault is locked'; exit 1");
        assertThatThrownBy(() -> failing.get("r.example"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("docker-credential-ours, configured in ")
                .hasMessageEndingWith(", failed with \"the vault is locked\"");
        CredentialProgram silent = helper("exit 0");
        assertThatThrownBy(() -> silent.get("r.example"))
                .hasMessageEndingWith("did not return Username and Secret in JSON");
    }

    @Test
    void aMissingHelperIsNamedWithTheFileThatNamesIt() {
        assertThatThrownBy(() -> find("{\"credsStore\": \"not-there\"}", "r.example"))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith("The credential helper docker-credential-not-there, configured in "
                        + directory.resolve("config.json") + ", cannot be run: ");
    }

    @Test
    void aHelperOfOneRegistryWinsOverTheStore() {
        assertThatThrownBy(() ->
                        find("{\"credsStore\": \"store\", \"credHelpers\": {\"r.example\": \"special\"}}", "r.example"))
                .hasMessageContaining("docker-credential-special,");
    }

    /** Creates a helper that is not on the path. */
    private CredentialProgram helper(String script) throws IOException {
        Path program = directory.resolve("docker-credential-ours");
        Files.writeString(program, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        return new CredentialProgram(program.toString(), directory.resolve("config.json"));
    }
}
