package sg.aiverify.worker.pipelines.docker.internal.image;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sg.aiverify.worker.cache.CacheEntry;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.isolation.Sandbox;
import sg.aiverify.worker.python.InterpreterFinder;
import sg.aiverify.worker.python.PackageInstaller;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.PackageFolder;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.TestWorkerContext;

/** Wheels for images, built from untrusted packages. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class WheelsTest {
    @TempDir
    Path directory;

    private PackageFolder packages;
    private PackageFolder elsewhere;
    private Path escaped;
    private final Map<String, String> variables = new HashMap<>(System.getenv());
    private TestWorkerContext context;
    private ObservedRun run;

    @BeforeEach
    void open() {
        packages = new PackageFolder(directory.resolve("packages"));
        elsewhere = new PackageFolder(directory.resolve("elsewhere"));
        escaped = directory.resolve("escaped");
        elsewhere.source("evil", "open('%s', 'a')".formatted(escaped));
        variables.put("PIP_FIND_LINKS", packages.directory().toString());
        variables.put("PIP_NO_INDEX", "1");
        variables.put("PIP_CACHE_DIR", directory.resolve("shared").toString());
        context = TestWorkerContext.open(directory.resolve("data"), Settings.defaults());
        run = new ObservedRun(directory);
    }

    @AfterEach
    void close() {
        run.close();
        context.close();
        assertThat(escaped).doesNotExist();
    }

    private Wheels wheels(Sandbox sandbox) throws InterruptedException {
        Settings settings = Settings.of(
                Map.of("PYTHON", EngineInterpreter.get().executable().toString(), "TEWORKER_SANDBOX", sandbox.word()));
        PythonScripts core = PythonScripts.ofCore(context.dataDirectory());
        PackageInstaller installer = new PackageInstaller(core, settings, context.dataDirectory(), variables, false);
        return new Wheels(context.cache(), settings, installer, new InterpreterFinder(core, variables));
    }

    private CacheEntry obtain(Sandbox sandbox, String requirement) throws InterruptedException {
        return wheels(sandbox)
                .obtain(
                        "key",
                        new ImageRequirements(List.of(requirement), true, "python3", "3.12", List.of("linux_x86_64")),
                        run);
    }

    @Test
    void anIndexThatIsSetForUvAloneIsATroubleAndNothingIsAskedOfAnother() throws InterruptedException {
        variables.keySet().removeIf(name -> name.startsWith("PIP_"));
        variables.put("PIP_CONFIG_FILE", "/dev/null");
        variables.put("UV_DEFAULT_INDEX", "http://user:s3cr3t@127.0.0.1:1/simple");

        assertThat(wheels(Sandbox.NONE).problems())
                .singleElement(as(STRING))
                .contains("set for uv (UV_DEFAULT_INDEX", "set the index for pip, too")
                .doesNotContain("s3cr3t");
        assertThatThrownBy(() -> obtain(Sandbox.NONE, "inhouse"))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContainingAll("set for uv (UV_DEFAULT_INDEX", "set the index for pip, too")
                .hasMessageNotContaining("s3cr3t");
    }

    @ParameterizedTest
    @EnumSource
    void wheelsAreThoseOfAllThatIsRequired(Sandbox sandbox) throws IOException, InterruptedException {
        packages.wheel("first", Map.of("first.py", ""), "second");
        packages.wheel("second", Map.of("second.py", ""));

        assertThat(obtain(sandbox, "first==1.0").directory())
                .isDirectoryContaining("glob:**first-1.0-py3-none-any.whl")
                .isDirectoryContaining("glob:**second-1.0-py3-none-any.whl");
    }

    @ParameterizedTest
    @EnumSource
    void addressThatAWheelRequiresIsNotFollowed(Sandbox sandbox) {
        for (String address : List.of("evil-1.0.zip", "evil-1.0-py3-none-any.whl", "")) {
            packages.wheel("bait", Map.of("bait.py", ""), "evil @ file://" + elsewhere.directory() + "/" + address);

            assertThatThrownBy(() -> obtain(sandbox, "bait"))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageContainingAll(
                            "Failed to build docker environment: ",
                            "names an address",
                            "bait",
                            " (pip ended with exit code");
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsBuilt(Sandbox sandbox) {
        packages.source("evil", "open('%s', 'a')".formatted(escaped));
        packages.wheel("bait", Map.of("bait.py", ""), "evil");
        for (String requirement : List.of("evil", "bait")) {
            assertThatThrownBy(() -> obtain(sandbox, requirement))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageContaining("evil");
        }
    }
}
