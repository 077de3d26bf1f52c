package sg.aiverify.worker.pipelines.venv;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.isolation.Sandbox;
import sg.aiverify.worker.testkit.python.EngineInterpreter;

/** Addresses and paths that packages require are not followed. */
class HostileAddressesTest extends HostilePackages {
    @TempDir(factory = OutsideTmp.class)
    static Path tools;

    static Stream<Arguments> addresses() {
        return allInTheWeakest(
                "evil @ SERVER/files/evil-1.0.zip",
                "kind @ SERVER/files/kind-1.0-py3-none-any.whl",
                "evil @ file://DIRECTORY/evil-1.0.zip",
                "evil @ file://DIRECTORY/evil",
                "evil @ git+SERVER/evil",
                "evil @ SERVER/files/evil-1.0.zip ; extra == 'more'");
    }

    private void requireWheelWith(String form) {
        packages.wheel(
                "bait",
                Map.of("bait.py", ""),
                form.replace("SERVER", server.url(""))
                        .replace("RELATIVE", relative())
                        .replace(
                                "file://DIRECTORY/",
                                elsewhere.directory().toUri().toString()));
        packages.wheel("kind", Map.of("kind.py", ""));
        plugin.requiring("bait[more]==1.0");
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void addressThatAWheelRequiresIsNotFollowed(Sandbox sandbox, String form) {
        requireWheelWith(form);

        assertRefused(sandbox, "pip ended with exit code", "names an address or a path", "bait");
    }

    /** Old versions of pip accept any text as a version and then use it as a path; new ones find no such version. */
    @WithAndWithoutSandbox
    void versionInAWheelThatLeadsToADirectoryBuildsNothing(Sandbox sandbox) throws InterruptedException {
        requireWheelWith("kind (!=/RELATIVE)");

        try {
            build(sandbox);
        } catch (TaskFailedException refused) {
            assertThat(refused).hasMessageContaining("pip ended with exit code");
        }
        assertThat(escaped).doesNotExist();
    }

    @WithAndWithoutSandbox
    void addressThatAWheelRequiresIsNotFollowedWherePackagesAreBuilt(Sandbox sandbox) {
        settings.put("TEWORKER_ALLOW_SOURCE_BUILDS", "true");
        requireWheelWith("evil @ SERVER/files/evil-1.0.zip");

        assertRefused(sandbox, "names an address or a path");
    }

    @WithAndWithoutSandbox
    void addressThatAWheelRequiresIsNotFollowedByUv(Sandbox sandbox) throws Exception {
        Path uv = tools.resolve("bin/uv");
        if (Files.notExists(uv)) {
            EngineInterpreter.run(tools, """
                    import subprocess, sys
                    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", ".", "uv>=0.11.15"], check=True)
                    """);
        }
        variables.merge("PATH", uv.getParent() + ":", (path, first) -> first + path);
        uvGoesByTheSamePlaces();
        packages.wheel("aiverify_test_engine", Map.of("aiverify_test_engine.py", ""));
        settings.put("PYTHON", EngineInterpreter.bare(directory.resolve("bare")).toString());
        requireWheelWith("evil @ SERVER/files/evil-1.0.zip");

        assertRefused(sandbox, "uv ended with exit code", "evil");
    }
}
