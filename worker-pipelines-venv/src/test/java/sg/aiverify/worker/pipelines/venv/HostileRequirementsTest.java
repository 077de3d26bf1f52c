package sg.aiverify.worker.pipelines.venv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.isolation.Sandbox;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.PackageFolder;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.stage.ObservedRun;
import sg.aiverify.worker.testkit.stage.TestWorkerContext;

/** Requirements and packages that would run code, or reach what is not theirs, while environments are made. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class HostileRequirementsTest {
    private static final String SECRET = "hunter2-of-the-worker";

    @TempDir(factory = OutsideTmp.class)
    static Path tools;

    @TempDir(factory = OutsideTmp.class)
    Path directory;

    private final Map<String, String> variables = new HashMap<>(System.getenv());
    private final Map<String, String> settings = new HashMap<>();
    private Path escaped;
    private PackageFolder packages;
    private PackageFolder elsewhere;
    private PackageServer server;
    private TestWorkerContext context;
    private TinyAlgorithm plugin;
    private ObservedRun run;

    /** In a sandbox {@code /tmp} is another one. */
    static final class OutsideTmp implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
            return Files.createTempDirectory(Path.of("target").toAbsolutePath(), "hostile");
        }
    }

    /** In the strongest sandbox and without one: what the test looks at is done by the same code in all of them. */
    @Retention(RetentionPolicy.RUNTIME)
    @ParameterizedTest
    @EnumSource(names = {"LANDLOCK", "NONE"})
    private @interface WithAndWithoutSandbox {}

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
        variables.put("PIP_FIND_LINKS", packages.directory().toString());
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

    /** Python that shows it was run. */
    private String escape() {
        return "open('%s', 'a')".formatted(escaped);
    }

    private Path build(Sandbox sandbox) throws InterruptedException {
        settings.put("TEWORKER_SANDBOX", sandbox.word());
        VirtualEnvBuildProvider provider = new VirtualEnvBuildProvider();
        return ((VirtualEnvBuild)
                        provider.create(context.withVariables(variables).with(Settings.of(settings))))
                .build(plugin.read(), run)
                .executable()
                .getParent()
                .getParent();
    }

    private void assertRefused(Sandbox sandbox, String... words) {
        assertThatThrownBy(() -> build(sandbox))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageStartingWith("Failed to build virtual environment: ")
                .hasMessageContainingAll(words);
        assertThat(escaped).doesNotExist();
        assertThat(server.asked()).isEmpty();
    }

    /** Refused before there is a sandbox, so in the weakest only; against a whole worker in each: HostileEnvironments. */
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

    /** They become the arguments of a command, of which none may be longer than 128 KiB. */
    @ParameterizedTest
    @CsvSource({"1, 130000, a requirement of 130009 letters", "1001, 1, 1001 requirements"})
    void requirementsThatAreManyOrLongAreRefused(int count, int letters, String words) {
        plugin.requiring(IntStream.range(0, count)
                .mapToObj(i -> "a%02d==1.0+".formatted(i) + "a".repeat(letters))
                .toArray(String[]::new));

        assertRefused(Sandbox.NONE, words);
    }

    /** Python keeps each beginning of a name, which is a gigabyte here. */
    @Test
    void projectFileThatTakesMuchMemoryIsRefused() {
        plugin.file("pyproject.toml", "[project]\nname = 'large'\n" + "a.".repeat(16_000) + "a = 1\n");

        assertRefused(Sandbox.NONE, "pyproject.toml cannot be ");
    }

    /** Ten megabytes of source take more than three gigabytes. */
    @Test
    void moduleThatTakesMuchMemoryIsNotCompiled() throws Exception {
        packages.wheel("kind", Map.of("kind.py", "x = [" + "a,".repeat(5_000_000) + "]\n", "small.py", ""));
        plugin.requiring("kind");

        Path environment = build(Sandbox.NONE);

        try (Stream<Path> compiled =
                Files.find(environment, 6, (file, is) -> file.toString().endsWith(".pyc"))) {
            assertThat(compiled.map(file -> file.getFileName().toString()))
                    .anyMatch(name -> name.startsWith("small."))
                    .noneMatch(name -> name.startsWith("kind."));
        }
    }

    /** Leads from wherever an installer works to what can be built. */
    private String relative() {
        return "../".repeat(30)
                + elsewhere.directory().resolve("evil").toString().substring(1);
    }

    static Stream<Arguments> addresses() {
        return allInTheWeakest(
                "evil @ SERVER/files/evil-1.0.zip",
                "kind @ SERVER/files/kind-1.0-py3-none-any.whl",
                "evil @ file://DIRECTORY/evil-1.0.zip",
                "evil @ file://DIRECTORY/evil",
                "evil @ git+SERVER/evil",
                "evil @ SERVER/files/evil-1.0.zip ; extra == 'more'");
    }

    private static Stream<Arguments> allInTheWeakest(String... forms) {
        return Stream.of(Sandbox.LANDLOCK, Sandbox.NONE)
                .flatMap(sandbox -> tried(sandbox, forms).stream().map(form -> Arguments.of(sandbox, form)));
    }

    /** Without a sandbox, each form; in the strongest, where the same code looks at them, the first. */
    private static List<String> tried(Sandbox sandbox, String... forms) {
        return List.of(forms).subList(0, sandbox == Sandbox.NONE ? forms.length : 1);
    }

    private void requireWheelWith(String form) {
        packages.wheel(
                "bait",
                Map.of("bait.py", ""),
                form.replace("SERVER", server.url(""))
                        .replace("RELATIVE", relative())
                        .replace("DIRECTORY", elsewhere.directory().toString()));
        packages.wheel("kind", Map.of("kind.py", ""));
        plugin.requiring("bait[more]==1.0");
    }

    @ParameterizedTest
    @MethodSource("addresses")
    void addressThatAWheelRequiresIsNotFollowed(Sandbox sandbox, String form) {
        requireWheelWith(form);

        assertRefused(sandbox, "pip ended with exit code", "names an address or a path", "bait");
    }

    /** Old copies of pip take any text for a version, and then all of it for a path; new ones find no such version. */
    @WithAndWithoutSandbox
    void versionInAWheelThatLeadsToADirectoryBuildsNothing(Sandbox sandbox) throws InterruptedException {
        requireWheelWith("kind (!=/RELATIVE)");

        try {
            build(sandbox);
        } catch (TaskFailedException refused) {
            assertThat(refused).hasMessageContaining("pip ended with exit code 1");
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

    /** Such a one writes a package's scripts wherever their names lead. */
    @Test
    void anOldUvIsNotUsed() throws Exception {
        offerUv("0.11.14", "echo >>'" + escaped + "'");
        plugin.requiring("missing");

        assertRefused(Sandbox.NONE, "pip ended with exit code");
    }

    /** A few hundred kilobytes of a package can be gigabytes when its description is read. */
    @WithAndWithoutSandbox
    void memoryOfAnInstallerIsLimited(Sandbox sandbox) throws Exception {
        offerUv("0.13.0", "echo \"limit $(ulimit -d)\" >&2; exit 1");
        plugin.requiring("missing");

        assertRefused(sandbox, "uv ended with exit code 1", "limit 4194304");
    }

    private void offerUv(String version, String install) throws Exception {
        Path uv = Files.createDirectories(directory.resolve("tools")).resolve("uv");
        Files.writeString(uv, "#!/bin/sh\n[ \"$1\" = --version ] && exec echo uv %s\n%s\n".formatted(version, install));
        Files.setPosixFilePermissions(uv, PosixFilePermissions.fromString("rwxr-xr-x"));
        variables.merge("PATH", uv.getParent() + ":", (path, first) -> first + path);
        settings.put("PYTHON", EngineInterpreter.bare(directory.resolve("bare")).toString());
        uvGoesByTheSamePlaces();
    }

    private void uvGoesByTheSamePlaces() {
        variables.put("UV_OFFLINE", "1");
        variables.put("UV_FIND_LINKS", packages.directory().toString());
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
    void whatIsBuiltIsLockedIn(Sandbox sandbox) throws Exception {
        settings.put("TEWORKER_ALLOW_SOURCE_BUILDS", "true");
        Path secret = Files.writeString(directory.resolve("secret"), SECRET);
        Path others = Files.writeString(
                Files.createDirectories(context.dataDirectory().resolve("runs/other"))
                        .resolve("model.sav"),
                SECRET);
        Path shared = Files.writeString(
                Files.createDirectories(directory.resolve("shared/wheels")).resolve("wheel"), "shared");
        packages.source("evil", """
                found["variables"] = sorted(os.environ)
                found["read"] = [attempt(lambda: Path(file).read_text()) for file in ("%1$s", "%2$s", "%3$s")]
                found["written"] = [attempt(lambda: Path(file).write_text("x")) for file in ("%4$s", "%3$s")]
                found["linked"] = attempt(lambda: os.link("%3$s", "linked"))
                found["caches"] = [os.environ.get(name) for name in ("PIP_CACHE_DIR", "UV_CACHE_DIR", "XDG_CACHE_HOME")]
                found["environments"] = 0
                for process in filter(str.isdigit, os.listdir("/proc")):
                    try:
                        found["environments"] += b"VICTIM=of-the-worker" in Path(f"/proc/{process}/environ").read_bytes()
                    except OSError:
                        pass
                import socket
                found["local"] = attempt(lambda: socket.socket(socket.AF_UNIX))
                found["pair"] = attempt(lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
                """.formatted(secret, others, shared, escaped));
        plugin.requiring("evil");
        ProcessBuilder sleep = new ProcessBuilder("sleep", "600");
        sleep.environment().put("VICTIM", "of-the-worker");
        Process victim = sleep.start();
        JsonObject found;
        try {
            found = found(build(sandbox));
        } finally {
            victim.destroyForcibly();
        }

        assertThat(found.toString()).doesNotContain("VALKEY", "TEWORKER");
        assertThat(found.get("caches").toString())
                .doesNotContain(directory.resolve("shared").toString());
        found.getAsJsonArray("caches")
                .forEach(cache -> assertThat(Path.of(cache.getAsString())).doesNotExist());
        if (sandbox == Sandbox.NONE) {
            return;
        }
        assertThat(found.getAsJsonArray("read"))
                .hasSize(3)
                .allSatisfy(result -> assertThat(result.getAsString()).matches("PermissionError|FileNotFoundError"));
        assertThat(found.getAsJsonArray("written"))
                .hasSize(2)
                .allSatisfy(result ->
                        assertThat(result.getAsString()).matches("PermissionError|FileNotFoundError|OSError"));
        assertThat(found.get("linked").getAsString()).matches("PermissionError|FileNotFoundError|OSError");
        assertThat(found.get("environments").getAsInt()).isZero();
        assertThat(found.get("local").getAsString()).isEqualTo("OSError");
        assertThat(found.get("pair").getAsString()).isEqualTo("PermissionError");
        assertThat(escaped).doesNotExist();
        assertThat(shared).hasContent("shared");
        assertThat(directory.resolve("shared")).isDirectoryNotContaining(file -> !file.endsWith("wheels"));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsBuiltHoldsNoMoreMemoryTogetherThanARun(Sandbox sandbox) {
        settings.put("TEWORKER_ALLOW_SOURCE_BUILDS", "true");
        settings.put("TEWORKER_TASK_MEMORY_MB", "400");
        packages.source("evil", """
                import time
                for _ in range(4):
                    if os.fork() == 0:
                        kept = os.urandom(1 << 20) * 200
                        time.sleep(120)
                        os._exit(0)
                time.sleep(120)
                """);
        plugin.requiring("evil");

        assertThatThrownBy(() -> build(sandbox))
                .isInstanceOf(TaskFailedException.class)
                .hasMessage("Failed to install packages: it ran out of memory, of 400 MiB; the limit is"
                        + " TEWORKER_TASK_MEMORY_MB");
    }

    /** Or runs would be root for the kernel, to be able to read it. */
    @WithAndWithoutSandbox
    void whatIsBuiltCannotKeepRunsFromReadingTheEnvironment(Sandbox sandbox) throws Exception {
        settings.put("TEWORKER_ALLOW_SOURCE_BUILDS", "true");
        packages.source("evil", """
                python = Path(sys.prefix) / "bin" / "python"
                try:
                    content = python.read_bytes()
                    python.unlink()
                    python.write_bytes(content)
                    python.chmod(0o700)
                    os.chmod(sys.prefix, 0o700)
                except OSError:
                    pass
                """);
        plugin.requiring("evil");

        Path environment = build(sandbox);

        assertThat(Files.getPosixFilePermissions(environment)).contains(PosixFilePermission.OTHERS_READ);
        assertThat(Files.getPosixFilePermissions(environment.resolve("bin/python")))
                .contains(PosixFilePermission.OTHERS_READ);
    }

    /** Versions of pip from 24.0 to 26.2 write a script wherever its name leads. */
    @Test
    void scriptWhoseNameIsAPathIsNotWritten() throws Exception {
        Path python = EngineInterpreter.bare(directory.resolve("with-old-pip"));
        EngineInterpreter.run(directory, """
                import glob, os, subprocess, sys
                place = glob.glob("with-old-pip/lib/python3*/site-packages")[0]
                os.mkdir(place + "/aiverify_test_engine-2.2.dist-info")
                with open(place + "/aiverify_test_engine-2.2.dist-info/METADATA", "w") as file:
                    file.write("Metadata-Version: 2.1\\nName: aiverify-test-engine\\nVersion: 2.2\\n")
                subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", place, "pip==24.0"], check=True)
                """);
        settings.put("PYTHON", python.toString());
        Path shared = Files.createDirectories(directory.resolve("shared"));
        String[] entries = {
            shared + "/script = evil:main", "x = " + shared + "/script = evil:main", "../../script = evil:main"
        };
        for (Sandbox sandbox : List.of(Sandbox.LANDLOCK, Sandbox.NONE)) {
            for (String entry : tried(sandbox, entries)) {
                packages.wheel(
                        "evil",
                        Map.of(
                                "evil.py",
                                "",
                                "evil-1.0.dist-info/entry_points.txt",
                                "[console_scripts]\n" + entry + "\n"));
                plugin.requiring("evil");

                assertRefused(sandbox, "is no name of a script");
            }
        }
        assertThat(shared.resolve("script")).doesNotExist();
    }

    private static JsonObject found(Path environment) throws IOException {
        try (Stream<Path> files = Files.find(environment, 6, (file, is) -> file.endsWith("evil.json"))) {
            return JsonParser.parseString(Files.readString(files.findFirst().orElseThrow()))
                    .getAsJsonObject();
        }
    }

    static Stream<Arguments> leftovers() {
        return allInTheWeakest(
                "(bin / 'python3.99').symlink_to('/etc/passwd')",
                "(bin / 'all').symlink_to('/')",
                "os.mkfifo(bin / 'pipe')");
    }

    @ParameterizedTest
    @MethodSource("leftovers")
    void whatABuildLeavesThatIsNoPlainFileIsRefused(Sandbox sandbox, String leftover) {
        settings.put("TEWORKER_ALLOW_SOURCE_BUILDS", "true");
        packages.source("evil", """
                bin = Path(sys.prefix) / "bin"
                try:
                    %s
                except FileExistsError:
                    pass  # each step of the build runs this
                """.formatted(leftover));
        plugin.requiring("evil");

        assertRefused(sandbox, "a package has left ");
    }

    @WithAndWithoutSandbox
    void nothingOfAPackageRunsWhileItsEnvironmentIsMade(Sandbox sandbox) throws Exception {
        String line = "import sys; " + escape() + "\n";
        Map<String, String> files = new HashMap<>(
                Map.of("evil.pth", line, "evil-1.0.data/scripts/python", "#!/bin/sh\n" + "echo >>'" + escaped + "'\n"));
        for (String module : List.of(
                "sitecustomize",
                "usercustomize",
                "keyring",
                "pip/__init__",
                "pip/__main__",
                "pip/_internal/__init__",
                "setuptools/__init__",
                "distutils/__init__",
                "_distutils_hack/__init__",
                "certifi/__init__",
                "truststore",
                "encodings/__init__",
                "json/__init__",
                "compileall",
                "rich/__init__",
                "py_compile",
                "packaging/__init__")) {
            files.put(module + ".py", line);
        }
        files.put("evil-1.0.dist-info/entry_points.txt", """
                [console_scripts]
                pip = evil:main
                uv = evil:main
                keyring = evil:main

                [keyring.backends]
                evil = evil

                [distutils.setup_keywords]
                evil = evil:main
                """);
        files.put("evil.py", line);
        packages.wheel("evil", files, "second");
        packages.wheel("second", Map.of("second.py", line, "second.pth", line));
        plugin.requiring("evil");

        Path environment = build(sandbox);

        assertThat(escaped).doesNotExist();
        try (Stream<Path> installed = Files.find(environment, 6, (file, is) -> file.endsWith("second.pth"))) {
            assertThat(installed).hasSize(1);
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
