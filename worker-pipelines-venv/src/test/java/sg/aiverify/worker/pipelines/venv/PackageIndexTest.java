package sg.aiverify.worker.pipelines.venv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.PackageFolder;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.TestWorkerContext;

/** The package of a private name is requested only from the operator's index, by a real pip and a real uv. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PackageIndexTest {
    private static final String PASSWORD = "s3cr3t-of-the-index";

    @TempDir(factory = HostilePackages.OutsideTmp.class)
    static Path tools;

    @TempDir(factory = HostilePackages.OutsideTmp.class)
    Path directory;

    private final Map<String, String> variables = new HashMap<>(System.getenv());
    private final Map<String, String> settings = new HashMap<>();
    private final AtomicInteger askedOutside = new AtomicInteger();
    private PackageServer index;
    private ServerSocket outside;
    private TestWorkerContext context;
    private TinyAlgorithm plugin;
    private ObservedRun run;

    /** All other indexes are behind a proxy that refuses each connection and counts them. */
    @BeforeEach
    void open() throws IOException, InterruptedException {
        PackageFolder packages = new PackageFolder(directory.resolve("packages"));
        packages.wheelOf("aiverify_test_engine", "2.2", Map.of("aiverify_test_engine/__init__.py", ""));
        packages.wheel("inhouse", Map.of("inhouse.py", ""));
        index = new PackageServer(packages.directory(), "worker:" + PASSWORD);
        outside = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread counting = new Thread(this::count, "outside");
        counting.setDaemon(true);
        counting.start();
        variables.keySet().removeIf(name -> name.matches("(PIP|UV|XDG)_.*|NETRC|(?i:(https?|all|no)_proxy)"));
        variables.put("HOME", Files.createDirectories(directory.resolve("home")).toString());
        variables.put("HTTPS_PROXY", "http://127.0.0.1:" + outside.getLocalPort());
        variables.put("HTTP_PROXY", "http://127.0.0.1:" + outside.getLocalPort());
        variables.put("NO_PROXY", "127.0.0.1");
        variables.put("PIP_RETRIES", "0");
        variables.put("UV_HTTP_RETRIES", "0");
        settings.put("PYTHON", EngineInterpreter.bare(directory.resolve("bare")).toString());
        settings.put("TEWORKER_SANDBOX", "none");
        context = TestWorkerContext.open(directory.resolve("data"), Settings.defaults());
        plugin = TinyAlgorithm.write(directory, "plugin").requiring("inhouse");
        run = new ObservedRun(directory);
    }

    @AfterEach
    void close() throws IOException {
        run.close();
        context.close();
        outside.close();
        index.close();
    }

    private void count() {
        while (!outside.isClosed()) {
            try {
                outside.accept().close();
                askedOutside.incrementAndGet();
            } catch (IOException e) {
                return; // the test has ended
            }
        }
    }

    private void offerUv() throws InterruptedException {
        if (Files.notExists(tools.resolve("bin/uv"))) {
            EngineInterpreter.run(tools, """
                    import subprocess, sys
                    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", ".", "uv"], check=True)
                    """);
        }
        variables.merge("PATH", tools.resolve("bin") + ":", (path, first) -> first + path);
    }

    private VirtualEnvBuild builder() {
        return (VirtualEnvBuild) new VirtualEnvBuildProvider()
                .create(context.withVariables(variables).with(Settings.of(settings)));
    }

    private void assertBuiltBy(String tool) throws InterruptedException, IOException {
        Path environment =
                builder().build(plugin.read(), run).executable().getParent().getParent();
        try (Stream<Path> files =
                Files.find(environment, 6, (file, is) -> file.toString().endsWith("inhouse-1.0.dist-info/INSTALLER"))) {
            assertThat(files)
                    .hasSize(1)
                    .allSatisfy(file -> assertThat(file.toFile()).content().isEqualToIgnoringNewLines(tool));
        }
        assertThat(index.asked()).contains("/simple/inhouse/", "/files/inhouse-1.0-py3-none-any.whl");
        assertThat(askedOutside).hasValue(0);
    }

    private String withLogin(String path) {
        return index.url(path).replace("//", "//worker:" + PASSWORD + "@");
    }

    @Tag("slow")
    @Test
    void pipBuildsByTheConfigurationOfTheInterpretersEnvironmentAndANetrcThoughThereIsUv() throws Exception {
        offerUv();
        Files.writeString(directory.resolve("bare/pip.conf"), "[global]\nindex-url = " + index.url("/simple") + "\n");
        Files.writeString(
                directory.resolve("home/.netrc"), "machine 127.0.0.1 login worker password " + PASSWORD + "\n");

        assertBuiltBy("pip");
    }

    @Tag("slow")
    @Test
    void uvBuildsByItsOwnIndexThoughPipWouldWhereTheEngineIsThere() throws Exception {
        offerUv();
        settings.put("PYTHON", EngineInterpreter.get().executable().toString());
        variables.put("UV_DEFAULT_INDEX", withLogin("/simple"));

        assertBuiltBy("uv");
    }

    @Test
    void aNameThatThePrivateIndexLacksIsAskedNowhereElseAndThePasswordIsNotShown() throws Exception {
        Path uv = Files.createDirectories(directory.resolve("bin")).resolve("uv");
        Files.writeString(uv, "#!/bin/sh\nexit 3\n");
        assertThat(uv.toFile().setExecutable(true)).isTrue();
        variables.merge("PATH", uv.getParent() + ":", (path, first) -> first + path);
        variables.put("PIP_INDEX_URL", withLogin("/simple"));
        plugin.requiring("inhouse-that-is-not-there");

        assertThatThrownBy(() -> builder().build(plugin.read(), run))
                .isInstanceOf(StageException.class)
                .hasMessageContaining("pip ended with exit code")
                .hasMessageContaining("inhouse-that-is-not-there")
                .hasMessageNotContaining(PASSWORD);
        assertThat(index.asked()).contains("/simple/inhouse-that-is-not-there/");
        assertThat(askedOutside).hasValue(0);
    }

    @Test
    void anIndexThatIsSetForUvAloneEndsTheStartWhereThereIsNoUv() {
        variables.put("PATH", "/usr/bin:/bin");
        variables.put("UV_INDEX_URL", withLogin("/simple"));

        assertThatThrownBy(this::builder)
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("set for uv (UV_INDEX_URL", "no uv of version", "set the index for pip, too")
                .hasMessageNotContaining(PASSWORD);
        assertThat(List.of(index.asked())).containsExactly(List.of());
    }
}
