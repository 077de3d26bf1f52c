package sg.aiverify.worker.pipelines.venv;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.isolation.Sandbox;

/** The requirements of an algorithm can only be packages of the configured index. */
class HostileRequirementsTest extends HostilePackages {
    /** Refused before a sandbox is started, so one is enough. HostileEnvironments tests a whole worker in each. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil===DIRECTORY",
                "evil===/RELATIVE",
                "evil === /RELATIVE",
                "evil[more]===/RELATIVE",
                "evil===/RELATIVE; python_version > '3'",
                "evil>=0,===/RELATIVE",
                "evil==/RELATIVE",
                "evil!=/RELATIVE",
                "evil @ file://DIRECTORY",
                "evil@file://DIRECTORY",
                "evil[more] @ git+file://DIRECTORY",
                "evil===file://DIRECTORY",
                "evil===SERVER",
                "evil @ SERVER",
                "evil-1.0.zip",
                "evil==1.0+local.zip",
                "evil!=1.0+local.tar.gz",
                "DIRECTORY",
                "./evil",
                "SERVER",
                "-e DIRECTORY",
                "--find-links=DIRECTORY",
                "-rDIRECTORY/pyproject.toml",
                "-cDIRECTORY/pyproject.toml",
                "six\n-e DIRECTORY",
                "six \\\n--index-url=SERVER"
            })
    void requirementThatIsNoPackageOfTheIndexIsRefused(String form) {
        Path evil = elsewhere.directory().resolve("evil");
        plugin.requiring(form.replace("DIRECTORY", evil.toString())
                .replace("RELATIVE", relative())
                .replace("SERVER", server.url("/files/evil-1.0.zip")));

        assertRefused(Sandbox.NONE, "requirement '");
    }

    @WithAndWithoutSandbox
    void nothingIsBuiltUnlessThatIsAllowed(Sandbox sandbox) throws IOException {
        packages.source("evil", escape());
        packages.wheel("bait", Map.of("bait.py", ""), "evil");
        Path conf =
                Files.writeString(directory.resolve("pip.conf"), "[install]\nno-binary = :all:\nprefer-binary = no\n");
        variables.put("PIP_CONFIG_FILE", conf.toString());
        for (String requirement : tried(sandbox, "bait", "evil", "evil==1.0")) {
            plugin.requiring(requirement);
            assertRefused(sandbox, "evil");
        }
    }

    @ParameterizedTest
    @EnumSource
    void indexIsTheOneThatIsConfigured(Sandbox sandbox) throws Exception {
        Path conf = Files.writeString(
                Files.createDirectories(directory.resolve("settings")).resolve("pip.conf"),
                "[global]\nindex-url = " + server.url("/simple") + "\ntrusted-host = 127.0.0.1\n");
        variables.put("PIP_CONFIG_FILE", conf.toString());
        List.of("PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_INDEX_URL").forEach(variables::remove);
        plugin.requiring("kind");

        try (Stream<Path> files = Files.find(build(sandbox), 6, (file, is) -> file.endsWith("kind.py"))) {
            assertThat(files).hasSize(1);
        }
        assertThat(server.asked()).contains("/simple/kind/", "/files/kind-1.0-py3-none-any.whl");
        assertThat(directory.resolve("shared")).isNotEmptyDirectory();
    }
}
