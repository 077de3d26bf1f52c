package sg.aiverify.worker.config.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.failure.FailureKind;

class SecretsTest {
    private static final Setting<String> PASSWORD = Setting.secret("PASSWORD", "a password");
    private static final Setting<Path> TOKEN_FILE = Setting.secretFile("TOKEN_FILE", "file of a token");
    private static final Setting<String> USER = Setting.text("USER", null, "a user");

    @TempDir
    private Path directory;

    private static Secrets of(Map<String, String> values) {
        return Secrets.of(Settings.of(values), List.of(PASSWORD, TOKEN_FILE, USER));
    }

    @Test
    void valuesOfSecretSettingsAreMaskedAndThoseOfOthersAreNot() {
        Secrets secrets = of(Map.of("PASSWORD", " pass word ", "USER", "somebody"));

        assertThat(secrets.masked("somebody has pass word; pass word!")).isEqualTo("somebody has ***; ***!");
        assertThat(secrets).hasToString("Secrets[3 forms]");
    }

    @Test
    void contentsOfSecretFilesAreMasked() throws IOException {
        Path file = Files.writeString(directory.resolve("token"), "t0ken-of-mine\n");

        assertThat(of(Map.of("TOKEN_FILE", file.toString())).masked("Bearer t0ken-of-mine in " + file))
                .isEqualTo("Bearer *** in " + file);
    }

    @Test
    void everyHeaderOfAFileIsMasked() throws IOException {
        Path file = Files.writeString(directory.resolve("headers"), """
                # for the gateway
                Authorization: Bearer eyJ-token
                X-Api-Key: k3y!
                X-Api-Version: 2024
                X-Tenant: some-tenant
                """);

        assertThat(of(Map.of("TOKEN_FILE", file.toString()))
                        .masked("sent eyJ-token, 'Bearer eyJ-token', k3y! and some-tenant in 2024"))
                .isEqualTo("sent ***, '***', *** and *** in 2024");
    }

    @Test
    void everyLineOfAKeyIsMasked() throws IOException {
        Path file = Files.writeString(
                directory.resolve("key"),
                "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMG\nqGSM49AgEG==\n-----END PRIVATE KEY-----\n");

        assertThat(of(Map.of("TOKEN_FILE", file.toString())).masked("at qGSM49AgEG== after MIGHAgEAMBMG"))
                .isEqualTo("at *** after ***");
    }

    @Test
    void aFileThatChangesIsReadAgainAndWhatItHeldStaysSecret() throws IOException {
        Path file = Files.writeString(directory.resolve("token"), "first-token");
        Secrets secrets = of(Map.of("TOKEN_FILE", file.toString()));
        assertThat(secrets.masked("first-token second-token")).isEqualTo("*** second-token");

        Files.writeString(file, "second-token");
        Files.setLastModifiedTime(file, FileTime.fromMillis(1));

        assertThat(secrets.masked("first-token second-token")).isEqualTo("*** ***");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://joe:pa%20ss@proxy:3128", "joe:pa%20ss@proxy:3128"})
    void thePasswordOfAProxyIsMaskedByItselfAndAsItGoesOverTheWire(String proxy) {
        assertThat(of(Map.of("PASSWORD", proxy)).masked("pa ss, pa%20ss, Proxy-Authorization: Basic am9lOnBhIHNz"))
                .isEqualTo("***, ***, Proxy-Authorization: Basic ***");
    }

    @Test
    void aFileThatCannotBeReadOrIsNoSecretsSizeHidesNothing() throws IOException {
        Path huge = Files.writeString(directory.resolve("huge"), "x".repeat(100_000));

        assertThat(of(Map.of("TOKEN_FILE", huge.toString())).masked("xxxx")).isEqualTo("xxxx");
        assertThat(of(Map.of("TOKEN_FILE", directory.resolve("none").toString()))
                        .masked("none"))
                .isEqualTo("none");
        assertThat(of(Map.of("TOKEN_FILE", "~/token")).masked("~/token")).isEqualTo("~/token");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "a\"b\\c/d, `say \"a\\\"b\\\\c/d\"`",
                "a b+c, `q=a+b%2Bc`",
                "a b+c, `q=a%20b%2Bc`",
                "a/b ~c, `q=a%2Fb%20~c`",
                "a/b ~*c, `q=a/b%20~%2Ac`",
                "pä\"bs, `p\\u00e4\\\"bs`"
            })
    void aSecretIsKnownInJsonAndInAddresses(String secret, String text) {
        assertThat(of(Map.of("PASSWORD", secret)).masked(text)).contains("***").doesNotContain("b");
    }

    @Test
    void whatIsTooShortToBeASecretIsNotMasked() {
        assertThat(of(Map.of("PASSWORD", "abc")).masked("abc")).isEqualTo("abc");
    }

    @ParameterizedTest
    @CsvSource({
        "cannot reach https://user:pass@index/simple now, cannot reach https://***@index/simple now",
        "redis://:pass@host, redis://***@host",
        "http://host:80/a@b, http://host:80/a@b",
        "http://host/ mail a:b@c, http://host/ mail a:b@c"
    })
    void passwordsInAddressesAreMaskedWhoeverTheyBelongTo(String text, String masked) {
        assertThat(Secrets.NONE.masked(text)).isEqualTo(masked);
    }

    @Test
    void aFailureIsMaskedAfterItsControlCharactersAreGone() {
        Failure failure = new Failure(FailureKind.TASK, "task", "said pass\u001b[0m-w\u0000ord");

        assertThat(failure.masked(of(Map.of("PASSWORD", "pass-word"))::masked).text())
                .isEqualTo("task: said ***");
    }
}
