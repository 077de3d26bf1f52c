package sg.aiverify.worker.pipelines.venv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.isolation.Sandbox;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.PackageFolder;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.TestWorkerContext;

/**
 * Builds environments with and without a sandbox, from packages that try to run code or to access other files during
 * the build.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
abstract class HostilePackages {
    static final String SECRET = "hunter2-of-the-worker";

    @TempDir(factory = OutsideTmp.class)
    Path directory;

    final Map<String, String> variables = new HashMap<>(System.getenv());
    final Map<String, String> settings = new HashMap<>();
    Path escaped;
    PackageFolder packages;
    PackageFolder elsewhere;
    PackageServer server;
    TestWorkerContext context;
    TinyAlgorithm plugin;
    ObservedRun run;

    /** In a sandbox {@code /tmp} is another one. */
    static final class OutsideTmp implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
            return Files.createTempDirectory(Path.of("target").toAbsolutePath(), "hostile");
        }
    }

    /** The strongest sandbox and none: the tested code is the same in all of them. */
    @Retention(RetentionPolicy.RUNTIME)
    @ParameterizedTest
    @EnumSource(names = {"LANDLOCK", "NONE"})
    @interface WithAndWithoutSandbox {}

    @BeforeEach
    void open() throws InterruptedException {
        settings.put("PYTHON", EngineInterpreter.get().executable().toString());
        context = TestWorkerContext.open(directory.resolve("data"), Settings.defaults());
        escaped = directory.resolve("escaped");
        packages = new PackageFolder(directory.resolve("packages"));
        elsewhere = new PackageFolder(directory.resolve("elsewhere"));
        server = new PackageServer(elsewhere.directory());
        variables.put("VALKEY_PASSWORD", SECRET);
        variables.put("PIP_NO_INDEX", "1");
        variables.put("PIP_FIND_LINKS", packages.directory().toUri().toString());
        variables.put("PIP_CACHE_DIR", directory.resolve("shared").toString());
        variables.put("UV_CACHE_DIR", directory.resolve("shared-uv").toString());
        plugin = TinyAlgorithm.write(directory, "plugin");
        run = new ObservedRun(directory);
        elsewhere.sourceDirectory("evil", escape());
        elsewhere.source("evil", escape());
        elsewhere.wheel("kind", Map.of("kind.py", ""));
    }

    @AfterEach
    void close() {
        server.close();
        run.close();
        context.close();
    }

    /** Python code that leaves a mark when it is run. */
    String escape() {
        return "open('%s', 'a')".formatted(escaped);
    }

    /** A relative path from the working directory of an installer to a directory that can be built. */
    String relative() {
        return "../".repeat(30)
                + elsewhere.directory().resolve("evil").toString().substring(1);
    }

    Path build(Sandbox sandbox) throws InterruptedException {
        settings.put("TEWORKER_SANDBOX", sandbox.word());
        VirtualEnvBuildProvider provider = new VirtualEnvBuildProvider();
        return ((VirtualEnvBuild)
                        provider.create(context.withVariables(variables).with(Settings.of(settings))))
                .build(plugin.read(), run)
                .executable()
                .getParent()
                .getParent();
    }

    void assertRefused(Sandbox sandbox, String... words) {
        assertThatThrownBy(() -> build(sandbox))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageStartingWith("Failed to build virtual environment: ")
                .hasMessageContainingAll(words);
        assertThat(escaped).doesNotExist();
        assertThat(server.asked()).isEmpty();
    }

    static Stream<Arguments> allInTheWeakest(String... forms) {
        return Stream.of(Sandbox.LANDLOCK, Sandbox.NONE)
                .flatMap(sandbox -> tried(sandbox, forms).stream().map(form -> Arguments.of(sandbox, form)));
    }

    /** All forms without a sandbox; only the first in the strongest sandbox, where the same code checks them. */
    static List<String> tried(Sandbox sandbox, String... forms) {
        return List.of(forms).subList(0, sandbox == Sandbox.NONE ? forms.length : 1);
    }

    void offerUv(String version, String install) throws Exception {
        Path uv = Files.createDirectories(directory.resolve("tools")).resolve("uv");
        Files.writeString(uv, "#!/bin/sh\n[ \"$1\" = --version ] && exec echo uv %s\n%s\n".formatted(version, install));
        Files.setPosixFilePermissions(uv, PosixFilePermissions.fromString("rwxr-xr-x"));
        variables.merge("PATH", uv.getParent() + ":", (path, first) -> first + path);
        settings.put("PYTHON", EngineInterpreter.bare(directory.resolve("bare")).toString());
        uvGoesByTheSamePlaces();
    }

    void uvGoesByTheSamePlaces() {
        variables.put("UV_OFFLINE", "1");
        variables.put("UV_FIND_LINKS", packages.directory().toUri().toString());
    }
}
