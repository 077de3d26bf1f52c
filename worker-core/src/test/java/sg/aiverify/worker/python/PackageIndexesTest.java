package sg.aiverify.worker.python;

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
import sg.aiverify.worker.config.Settings;

class PackageIndexesTest {
    private static final String ADDRESS = "https://me:s3cr3t@packages.example/simple";

    @TempDir
    Path directory;

    private final Map<String, String> variables = new HashMap<>();
    private PythonScripts scripts;
    private PythonInterpreter python;

    /** Leaves out what this machine sets in {@code /etc/pip.conf}: that file is what it is. */
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
        assertThat(indexes.allowsUv()).isFalse();
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
        assertThat(indexes.uv().origins())
                .containsExactly("index in " + user, "a default index in " + user, "UV_FIND_LINKS");
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
        PackageIndexes indexes = new PackageIndexes(source("P", pip), source("U", uv), false);

        assertThat(indexes.allowsPip()).isEqualTo(allowsPip);
        assertThat(indexes.allowsUv()).isEqualTo(allowsUv);
        assertThat(indexes.problem(true)).isEmpty();
        assertThat(indexes.problem(false).isPresent()).isEqualTo(!allowsPip);
        assertThat(indexes.leavesSettingsOut(true)).isEqualTo(!allowsPip && pip > 0 || !allowsUv && uv > 0);
    }

    private static PackageIndexes.Source source(String origin, int extent) {
        return new PackageIndexes.Source(extent, extent == 0 ? List.of() : List.of(origin));
    }
}
