package sg.aiverify.worker.queue.valkey.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.ServiceUnavailableException;

class ValkeySettingsTest {
    @TempDir
    private Path directory;

    @Test
    void theDefaultsAreThoseOfTheWorkerThatThisOneReplaces() {
        assertThat(ValkeySettings.from(Settings.defaults()))
                .isEqualTo(new ValkeySettings(
                        "127.0.0.1",
                        6379,
                        null,
                        null,
                        false,
                        null,
                        null,
                        null,
                        Duration.ofSeconds(60),
                        null,
                        false,
                        10_000));
    }

    @Test
    void numbersThatCannotBeAreAllNamedAtOnce() {
        assertThatThrownBy(() -> new ValkeySettings(
                        "h", 65536, null, null, false, null, null, null, Duration.ofNanos(999_999), null, false, 0))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("port must be from 1 to 65535, was 65536")
                .hasMessageContaining("lease must be at least a millisecond, was PT0.000999999S")
                .hasMessageContaining("maxDeadLetters must be at least 1, was 0");
        assertThatThrownBy(() -> new ValkeySettings(
                        "h", 0, null, null, false, null, null, null, Duration.ofMillis(1), null, false, 1))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("port must be from 1 to 65535, was 0");
        assertThat(new ValkeySettings(
                                "h", 65535, null, null, false, null, null, null, Duration.ofMillis(1), null, false, 1)
                        .address())
                .isEqualTo("h:65535");
    }

    @Test
    void everythingCanBeSet() throws Exception {
        Path authorities = Files.writeString(directory.resolve("ca.pem"), anAuthority());
        Path password = Files.writeString(directory.resolve("password"), "  secret \n");

        assertThat(from(Map.of(
                        "VALKEY_HOST_ADDRESS", "valkey",
                        "VALKEY_PORT", "6380",
                        "VALKEY_USERNAME", "worker",
                        "VALKEY_PASSWORD_FILE", password.toString(),
                        "VALKEY_TLS", "true",
                        "VALKEY_CA_FILE", authorities.toString(),
                        "TEWORKER_LEASE_SECONDS", "30",
                        "TEWORKER_FOREIGN_IDLE_SECONDS", "86400",
                        "TEWORKER_KEEP_ENTRIES", "true",
                        "TEWORKER_DEAD_LETTERS_MAX", "500")))
                .isEqualTo(new ValkeySettings(
                        "valkey",
                        6380,
                        "worker",
                        "secret",
                        true,
                        authorities,
                        null,
                        null,
                        Duration.ofSeconds(30),
                        Duration.ofDays(1),
                        true,
                        500));
    }

    @Test
    void everySettingThatIsReadIsListed() {
        assertThat(ValkeySettings.all())
                .extracting(Object::toString)
                .containsExactlyInAnyOrder(
                        "VALKEY_HOST_ADDRESS",
                        "VALKEY_PORT",
                        "VALKEY_USERNAME",
                        "VALKEY_PASSWORD",
                        "VALKEY_PASSWORD_FILE",
                        "VALKEY_TLS",
                        "VALKEY_CA_FILE",
                        "VALKEY_CERT_FILE",
                        "VALKEY_KEY_FILE",
                        "TEWORKER_DEAD_LETTERS_MAX",
                        "TEWORKER_LEASE_SECONDS",
                        "TEWORKER_FOREIGN_IDLE_SECONDS",
                        "TEWORKER_KEEP_ENTRIES");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            VALKEY_PORT=0                                    | VALKEY_PORT
            VALKEY_USERNAME=worker                           | VALKEY_PASSWORD
            VALKEY_CA_FILE=/etc/ca.pem                       | VALKEY_TLS
            TEWORKER_FOREIGN_IDLE_SECONDS=59                 | shorter than the lease of 60 s
            VALKEY_PASSWORD_FILE=/nowhere/password           | cannot be read
            VALKEY_PASSWORD=a;VALKEY_PASSWORD_FILE=/etc/file | set one of them
            """)
    void whatContradictsItselfIsRefused(String values, String reason) {
        Map<String, String> map = new HashMap<>();
        for (String value : values.split(";")) {
            map.put(value.split("=")[0], value.split("=")[1]);
        }

        assertThatThrownBy(() -> from(map))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void allThatIsWrongIsListedAtOnce() {
        assertThatThrownBy(() -> from(Map.of(
                        "VALKEY_PASSWORD_FILE", "/nowhere/password",
                        "VALKEY_USERNAME", "worker",
                        "VALKEY_TLS", "true",
                        "VALKEY_CA_FILE", "/nowhere/ca.pem",
                        "TEWORKER_FOREIGN_IDLE_SECONDS", "59")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(
                        "/nowhere/password cannot be read", "/nowhere/ca.pem cannot be used", "shorter than the lease")
                .hasMessageNotContaining("needs a password");
    }

    @Test
    void anUnknownHostIsCalledSo() {
        ValkeySettings settings = from(Map.of("VALKEY_HOST_ADDRESS", "no-such-host.invalid"));

        assertThatThrownBy(() -> QueueOverview.of(settings))
                .isInstanceOf(ServiceUnavailableException.class)
                .hasMessage("Valkey at no-such-host.invalid:6379 cannot be reached: unknown host");
    }

    @Test
    void anEmptyPasswordFileIsRefused() throws IOException {
        Path file = Files.writeString(directory.resolve("password"), "\n");

        assertThatThrownBy(() -> from(Map.of("VALKEY_PASSWORD_FILE", file.toString())))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(file.toString(), "empty");
    }

    @Test
    void thePasswordIsNotShown() {
        assertThat(from(Map.of("VALKEY_PASSWORD", "secret", "VALKEY_USERNAME", "worker")))
                .hasToString("ValkeySettings[127.0.0.1:6379, user worker, password ***, lease PT1M]");
    }

    private static String anAuthority() throws Exception {
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init((KeyStore) null);
        X509TrustManager manager = (X509TrustManager) trusted.getTrustManagers()[0];
        byte[] certificate = manager.getAcceptedIssuers()[0].getEncoded();
        return "-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder().encodeToString(certificate)
                + "\n-----END CERTIFICATE-----\n";
    }

    private static ValkeySettings from(Map<String, String> values) {
        return ValkeySettings.from(Settings.of(values));
    }
}
