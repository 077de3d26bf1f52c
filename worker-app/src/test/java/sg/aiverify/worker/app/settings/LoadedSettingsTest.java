package sg.aiverify.worker.app.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.WorkerSettings;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.gateway.internal.GatewaySettings;
import sg.aiverify.worker.queue.valkey.internal.ValkeySettings;
import sg.aiverify.worker.stage.Stage;

class LoadedSettingsTest {
    @TempDir
    Path directory;

    @Test
    void withoutAFileTheEnvironmentHolds() {
        LoadedSettings loaded = load(Map.of("VALKEY_PORT", "7000"));

        assertThat(loaded.settings().get(ValkeySettings.PORT)).isEqualTo(7000);
        assertThat(loaded.notices()).isEmpty();
    }

    @Test
    void theFileSuppliesWhatTheEnvironmentDoesNotSet() throws IOException {
        file("VALKEY_PORT=7001", "# a comment", "", "VALKEY_HOST_ADDRESS=\"valkey.example\"");

        LoadedSettings loaded = load(Map.of("VALKEY_PORT", " "));

        assertThat(loaded.settings().get(ValkeySettings.PORT)).isEqualTo(7001);
        assertThat(loaded.settings().get(ValkeySettings.HOST)).isEqualTo("valkey.example");
        assertThat(loaded.notices()).isEmpty();
    }

    @Test
    void theEnvironmentWinsOverTheFileAndTheDifferenceIsReported() throws IOException {
        file("VALKEY_PORT=7001");

        LoadedSettings loaded = load(Map.of("VALKEY_PORT", "7002"));

        assertThat(loaded.settings().get(ValkeySettings.PORT)).isEqualTo(7002);
        assertThat(loaded.notices())
                .containsExactly(
                        "VALKEY_PORT differs between the environment and .env; the environment's value is used");
    }

    @Test
    void whatOthersSetIsNoMistake() {
        Map<String, String> environment = new HashMap<>();
        for (String name : List.of("http_proxy", "https_proxy", "no_proxy", "all_proxy", "ALL_PROXY")) {
            environment.put(name, "http://proxy.example:3128");
        }
        for (String service : List.of("VALKEY", "TEWORKER", "TEWORKER_METRICS", "APIGW")) {
            for (String link : List.of("SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTP", "PORT_80_TCP")) {
                environment.put(service + "_" + link, "1");
            }
            environment.put(service + "_PORT_80_TCP_ADDR", "1");
        }
        environment.putAll(Map.of("TEWORKER_PORT", "tcp://10.0.0.1:80", "PIP_INDEX_URL", "x", "UV_INDEX_URL", "x"));

        assertThat(load(environment).notices()).isEmpty();
        assertThat(load(Map.of("TEWORKER_PORT", "1")).notices()).hasSize(1);
    }

    @Test
    void lettersThatAreLostAreAProblemOfTheSettingAndNotShown() {
        LoadedSettings loaded = load(Map.of("VALKEY_PASSWORD", "gr\uFFFD\uFFFDn", "OTHER", "\uFFFD"));

        assertThat(loaded.problems())
                .containsExactly(
                        "VALKEY_PASSWORD (environment) contains characters that are not UTF-8; encode the value in UTF-8");
    }

    @Test
    void packageToolsGetWhatTheFileSaysToThemAndNothingElseOfIt() throws IOException {
        file("PIP_INDEX_URL=https://mine\nHTTPS_PROXY=http://proxy\nNO_PROXY=a\nVALKEY_PASSWORD=secret\nPIP_USER=1");

        assertThat(LoadedSettings.variables(
                        Map.of("HTTPS_PROXY", "http://other", "NO_PROXY", " ", "X", "y"), directory))
                .containsOnly(
                        Map.entry("PIP_INDEX_URL", "https://mine"),
                        Map.entry("HTTPS_PROXY", "http://other"),
                        Map.entry("NO_PROXY", "a"),
                        Map.entry("X", "y"));
    }

    @Test
    void theSameValueInBothIsNoDifference() throws IOException {
        file("VALKEY_PORT=7002");

        assertThat(load(Map.of("VALKEY_PORT", "7002 ")).notices()).isEmpty();
    }

    @Test
    void aDifferingSecretIsNamedButNotShown() throws IOException {
        file("VALKEY_PASSWORD=from-the-file");

        LoadedSettings loaded = load(Map.of("VALKEY_PASSWORD", "from-outside"));

        assertThat(loaded.notices()).singleElement().asString().startsWith("VALKEY_PASSWORD differs");
        assertThat(loaded.notices().toString()).doesNotContain("from-the-file", "from-outside");
    }

    @Test
    void aLineThatCannotBeReadIsAProblemAndNotShown() throws IOException {
        file("VALKEY_PORT=7001", "VALKEY_PASSWORD hunter2");

        LoadedSettings loaded = load(Map.of());

        assertThat(loaded.problems())
                .singleElement()
                .asString()
                .startsWith(directory.resolve(".env") + ", line 2 cannot be read; allowed: NAME=value")
                .doesNotContain("hunter2");
        assertThat(loaded.settings().get(ValkeySettings.PORT)).isEqualTo(7001);
        assertThatThrownBy(loaded::checked)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("line 2");
    }

    @Test
    void everyWrongValueIsListedWithItsOrigin() throws IOException {
        file("VALKEY_PORT=many");

        assertThat(load(Map.of("TEWORKER_LOG_LEVEL", "loud", "APIGW_URL", "no url"))
                        .problems())
                .satisfiesExactlyInAnyOrder(
                        problem -> assertThat(problem).contains("VALKEY_PORT='many' (.env) is not allowed"),
                        problem -> assertThat(problem)
                                .contains(
                                        "TEWORKER_LOG_LEVEL='loud' (environment) is not allowed; allowed: debug, info"),
                        problem -> assertThat(problem).contains("APIGW_URL='no url' (environment) is not allowed"));
    }

    @Test
    void thePortOfAServiceLinkIsExplained() {
        assertThat(load(Map.of("VALKEY_PORT", "tcp://10.0.0.1:6379")).problems())
                .anyMatch(problem -> problem.contains("VALKEY_PORT='tcp://10.0.0.1:6379'"))
                .anyMatch(problem -> problem.contains("enableServiceLinks: false"));
    }

    @Test
    void theLowerCaseErrorStageWins() throws IOException {
        assertThat(errorStage(Map.of("pipeline_error", "a", "PIPELINE_ERROR", "b")))
                .isEqualTo("a");
        assertThat(errorStage(Map.of("pipeline_error", "", "PIPELINE_ERROR", "b")))
                .isEqualTo("b");
        assertThat(errorStage(Map.of())).isEqualTo("apigw_error_update");

        file("pipeline_error=c");
        assertThat(errorStage(Map.of("PIPELINE_ERROR", "b"))).isEqualTo("c");
        assertThat(errorStage(Map.of("pipeline_error", "a"))).isEqualTo("a");
        assertThat(load(Map.of()).notices()).isEmpty();
    }

    @Test
    void misspelledNamesAreReportedWithASuggestion() {
        assertThat(load(Map.of("TEWORKER_DATADIR", "x", "teworker_log_level", "debug", "TEWORKER_ENTIRELY_OTHER", "1"))
                        .notices())
                .containsExactlyInAnyOrder(
                        "TEWORKER_DATADIR is not a setting and has no effect; did you mean TEWORKER_DATA_DIR?",
                        "TEWORKER_ENTIRELY_OTHER is not a setting and has no effect; docs/configuration.md lists"
                                + " the settings",
                        "teworker_log_level is not a setting and has no effect; did you mean TEWORKER_LOG_LEVEL?");
    }

    @Test
    void nearMissesOfSharedPrefixesAreReportedButNotOthersOfThatPrefix() {
        assertThat(load(Map.of(
                                "PIPELINE_EXCUTE", "x",
                                "APIGW_URI", "http://127.0.0.1:1",
                                "PIPELINE_ID", "77",
                                "VALKEY_SERVICE_HOST", "10.0.0.1",
                                "VALKEY_PORT_6379_TCP", "tcp://10.0.0.1:6379",
                                "PATH", "/bin"))
                        .notices())
                .containsExactlyInAnyOrder(
                        "PIPELINE_EXCUTE is not a setting and has no effect; did you mean PIPELINE_EXECUTE?",
                        "APIGW_URI is not a setting and has no effect; did you mean APIGW_URL?");
    }

    @Test
    void nearMissesOfTheSettingsOfSelectedModulesAreReported() {
        Setting<String> ofAPlugIn = Setting.text("SHORT_ARGUMENTS_LONGEST", "20", "allowed characters");
        Setting<String> ofAnother = Setting.text("LONG_ARGUMENTS_SHORTEST", "20", "allowed characters");
        List<Setting<?>> used = new ArrayList<>(WorkerSettings.all());
        used.add(ofAPlugIn);
        List<Setting<?>> all = new ArrayList<>(used);
        all.add(ofAnother);
        Map<String, String> environment = Map.of(
                "SHORT_ARGUMENT_LONGEST", "3", "LONG_ARGUMENT_SHORTEST", "3", "FTP_PROXY", "x", "SHORT_ARGUMENTS", "x");

        assertThat(LoadedSettings.load(environment, directory, settings -> new KnownSettings(all, used))
                        .notices())
                .containsExactly("SHORT_ARGUMENT_LONGEST is not a setting and has no effect; did you mean"
                        + " SHORT_ARGUMENTS_LONGEST?");
    }

    @Test
    void variablesWithoutMeaningGetOneNotice() {
        assertThat(load(Map.of("DOCKER", "docker", "KUBECTL", "kubectl")).notices())
                .singleElement()
                .asString()
                .startsWith("DOCKER and KUBECTL are no longer used");
    }

    @Test
    void aVariableThatIsSetButBlankIsThereForModulesThatCare() throws IOException {
        assertThat(load(Map.of("KUBECTL_REGISTRY", "")).settings().names()).contains("KUBECTL_REGISTRY");
        assertThat(load(Map.of()).settings().names()).doesNotContain("KUBECTL_REGISTRY");
    }

    @Test
    void theGatewayMayBeSetInEither() throws IOException {
        file("APIGW_URL=http://file.example:4000/");

        assertThat(load(Map.of()).settings().get(GatewaySettings.APIGW_URL)).hasToString("http://file.example:4000");
    }

    @Test
    void aRelativeCacheHomeIsIgnoredAsItsSpecificationWants() {
        Path home = Path.of(System.getProperty("user.home"), ".cache", "aiverify-worker");

        assertThat(dataDirectory(Map.of("XDG_CACHE_HOME", "/var/cache")))
                .isEqualTo(Path.of("/var/cache/aiverify-worker"));
        assertThat(dataDirectory(Map.of("XDG_CACHE_HOME", "~/cache"))).isEqualTo(home);
        assertThat(dataDirectory(Map.of())).isEqualTo(home);
    }

    private Path dataDirectory(Map<String, String> environment) {
        return WorkerSettings.dataDirectory(load(environment).settings());
    }

    private String errorStage(Map<String, String> environment) {
        return load(environment).settings().get(Stage.PIPELINE_ERROR.setting());
    }

    private LoadedSettings load(Map<String, String> environment) {
        List<Setting<?>> known = new ArrayList<>(AppSettings.all());
        known.addAll(WorkerSettings.all());
        return LoadedSettings.load(environment, directory, settings -> new KnownSettings(known, known));
    }

    private void file(String... lines) throws IOException {
        Files.write(directory.resolve(".env"), List.of(lines));
    }
}
