package sg.aiverify.worker.python;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.config.Settings;

class PackageIndexesTest {
    private static final String ADDRESS = "https://me:s3cr3t@packages.example/simple";

    @TempDir
    Path directory;

    private final Map<String, String> variables = new HashMap<>();
    private PythonScripts scripts;
    private PythonInterpreter python;

    /** Ignores the settings of this machine in {@code /etc/pip.conf}, which the test cannot change. */
    @BeforeEach
    void find() throws InterruptedException {
        scripts = PythonScripts.ofCore(directory);
        python = new InterpreterFinder(scripts, System.getenv()).find(Settings.defaults());
        variables.put("PATH", System.getenv("PATH"));
        variables.put("HOME", directory.resolve("home").toString());
        variables.put("XDG_CONFIG_DIRS", directory.resolve("xdg").toString());
    }

    private PackageIndexes indexes() throws InterruptedException {
        return new PackageInstaller(scripts, Settings.defaults(), directory, variables, false).indexes(python);
    }

    private Path file(String path, String content) throws IOException {
        Path file = directory.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    @Test
    void pipIsSetAtEachOfItsLevels() throws Exception {
        Path machine = file("xdg/pip/pip.conf", "[global]\nextra-index-url = " + ADDRESS + "\n");
        Path old = file("home/.pip/pip.conf", "[install]\ntrusted_host = packages.example\n");
        Path user = file("home/.config/pip/pip.conf", "[global]\nno-index = false\nfind-links =\n  /a\n  /b\n");
        variables.put("PIP_CERT", "/a/certificate");
        PackageIndexes indexes = indexes();
        assertThat(indexes.pip().origins())
                .contains(
                        "extra-index-url in " + machine, "trusted_host in " + old, "find-links in " + user, "PIP_CERT")
                .doesNotContain("no-index in " + user);
        assertThat(indexes.pip().extent()).isEqualTo(2);
        assertThat(indexes.uvCan(true)).isFalse();
        assertThat(indexes.description(true)).startsWith("pip builds").doesNotContain("s3cr3t");

        Path named = file("named.conf", "[global]\nindex-url = " + ADDRESS + "\n[list]\nindex-url = x\n");
        variables.put("PIP_CONFIG_FILE", named.toString());
        assertThat(indexes().pip().origins())
                .contains("index-url in " + named, "extra-index-url in " + machine)
                .doesNotContain("find-links in " + user);
        assertThat(indexes().pip().extent()).isEqualTo(3);

        variables.put("PIP_CONFIG_FILE", "/dev/null");
        assertThat(indexes().pip().origins()).containsExactly("PIP_CERT");
    }

    @Test
    void uvIsSetByVariablesAndItsFiles() throws Exception {
        variables.put("PIP_CONFIG_FILE", "/dev/null");
        Path user = file("home/.config/uv/uv.toml", "[[index]]\nurl = \"" + ADDRESS + "\"\ndefault = true\n");
        variables.put("UV_FIND_LINKS", "/a");
        variables.put("UV_NO_INDEX", "0");
        variables.put("UV_CACHE_DIR", "/b");
        PackageIndexes indexes = indexes();
        assertThat(indexes.uv().origins()).containsExactly("a default index in " + user, "UV_FIND_LINKS");
        assertThat(indexes.uv().extent()).isEqualTo(3);
        assertThat(indexes.pip().extent()).isZero();
        assertThat(indexes.description(true)).startsWith("uv builds").doesNotContain("s3cr3t");
        assertThat(indexes.problem(false).orElseThrow())
                .contains("UV_FIND_LINKS")
                .doesNotContain("s3cr3t");

        variables.put("UV_NO_CONFIG", "1");
        assertThat(indexes().uv().extent()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, true, true",
        "1, 0, true, false",
        "0, 1, false, true",
        "1, 2, false, true",
        "2, 2, true, true",
        "3, 2, true, false",
        "2, 3, false, true",
        "3, 3, true, true"
    })
    void theToolOfWhichLessIsSetIsNotUsed(int pip, int uv, boolean allowsPip, boolean allowsUv) {
        PackageIndexes indexes = indexes(pip, uv, false, true);

        assertThat(indexes.pipCan(true)).isEqualTo(allowsPip);
        assertThat(indexes.uvCan(true)).isEqualTo(allowsUv);
        assertThat(indexes.problem(true)).isEmpty();
        assertThat(indexes.problem(false).isPresent()).isEqualTo(!allowsPip && uv > 1);
        assertThat(indexes.leavesSettingsOut(true)).isEqualTo(!allowsPip && pip > 1 || !allowsUv && uv > 1);
        assertThat(indexes.leavesSettingsOut(false)).isEqualTo(uv > 1);
    }

    @Test
    void pipIsUsedWhereAsMuchIsSetForBothButNotTheSame() {
        assertThat(indexes(3, 3, true, true).uvCan(true)).isFalse();
        assertThat(indexes(3, 3, true, true).pipCan(true)).isTrue();
        assertThat(indexes(3, 3, true, true).leavesSettingsOut(true)).isTrue();
        assertThat(indexes(1, 1, true, true).uvCan(true)).isTrue();
        assertThat(indexes(3, 3, true, false).uvCan(true)).isTrue();
    }

    @Test
    void whatSaysOnlyHowAnIndexIsReachedKeepsTheOnlyToolIn() {
        assertThat(indexes(1, 0, false, false).uvCan(true)).isTrue();
        assertThat(indexes(1, 0, false, false).problem(true)).isEmpty();
        assertThat(indexes(0, 1, false, true).pipCan(false)).isTrue();
        assertThat(indexes(2, 0, true, false).problem(true).orElseThrow())
                .contains("set for pip (P)", "has neither pip nor ensurepip", "set the index for uv, too");
        assertThat(indexes(0, 0, false, false).problem(false).orElseThrow()).contains("No tool can install packages");
    }

    private static PackageIndexes indexes(int pip, int uv, boolean differ, boolean hasPip) {
        return new PackageIndexes(source("P", pip), source("U", uv), differ, false, hasPip, "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pip/pip.conf:[global]\n# \u00e4\nindex-url = x\n",
                "pip/pip.conf:[global]\ntimeout = 1\ntimeout = 2\n",
                "pip/pip.conf:\ufeff[global]\nindex-url = https://me:s3cr3t@x\n",
                "pip/pip.conf:index-url = https://me:s3cr3t@x\n",
                "uv/uv.toml:index-url = \n"
            })
    void settingsThatAreNotUnderstoodEndAllBuilds(String written) throws Exception {
        int colon = written.indexOf(':');
        Path file = file("home/.config/" + written.substring(0, colon), "");
        Files.write(file, written.substring(colon + 1).getBytes(written.contains("\ufeff") ? UTF_8 : ISO_8859_1));

        PackageIndexes indexes = indexes();

        assertThat(indexes.problem(true).orElseThrow())
                .contains("The package index is unknown: " + file)
                .doesNotContain("s3cr3t");
        assertThat(indexes.pipCan(true) || indexes.uvCan(true)).isFalse();
        assertThat(indexes.allowsPipAlone()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"index-url\" = \"https://x\"",
                "pip.index-url = \"https://x\"",
                "pip = { index-url = \"https://x\" }",
                "\ufeffno-index = true",
                "[[\"index\"]]\nurl = \"https://x\"\ndefault = true"
            })
    void uvsFilesAreReadAsTheTomlThatTheyAre(String content) throws Exception {
        Path file = file("uv.toml", content);
        variables.put("PIP_CONFIG_FILE", "/dev/null");
        variables.put("UV_CONFIG_FILE", file.toString());
        variables.put("UV_NO_CONFIG", "1");

        assertThat(indexes().uv().extent()).isEqualTo(3);
        assertThat(indexes().uv().origins()).hasSize(1).allMatch(origin -> origin.endsWith(file.toString()));
    }

    @Test
    void certificatesForBothToolsKeepNoneOut() throws Exception {
        variables.put("PIP_CONFIG_FILE", "/dev/null");
        variables.put("SSL_CERT_FILE", "/a/certificate");
        assertThat(indexes().pipCan(true) && indexes().uvCan(true)).isTrue();
        assertThat(indexes().leavesSettingsOut(false)).isFalse();
        variables.put("PIP_INDEX_URL", ADDRESS);
        variables.put("SSL_CERT_DIR", "/a");
        assertThat(indexes().leavesSettingsOut(true)).isFalse();
        assertThat(indexes().description(true)).startsWith("pip builds").doesNotContain("SSL_CERT_DIR");
        variables.remove("PIP_INDEX_URL");
        variables.remove("SSL_CERT_DIR");
        variables.put("PIP_CERT", "/a/certificate");
        assertThat(indexes().pipCan(true) && indexes().uvCan(true)).isTrue();
    }

    @Test
    void placesAreComparedByWhatTheyAre() throws Exception {
        variables.put("PIP_CONFIG_FILE", "/dev/null");
        variables.put("PIP_INDEX_URL", ADDRESS + "/");
        variables.put("UV_DEFAULT_INDEX", "mine=" + ADDRESS);
        assertThat(indexes().differ()).isFalse();
        variables.put("PIP_EXTRA_INDEX_URL", "https://elsewhere.example");
        assertThat(indexes().differ()).isTrue();
    }

    private static PackageIndexes.Source source(String origin, int extent) {
        return new PackageIndexes.Source(extent, extent == 0 ? List.of() : List.of(origin));
    }
}
