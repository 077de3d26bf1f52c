package sg.aiverify.worker.app.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.app.doctor.Finding.Severity;
import sg.aiverify.worker.app.http.HttpBinding;
import sg.aiverify.worker.app.http.OperatorServer;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.gateway.internal.GatewaySettings;
import sg.aiverify.worker.python.PackageIndexes;
import sg.aiverify.worker.queue.valkey.internal.QueueOverview;
import sg.aiverify.worker.queue.valkey.internal.ValkeySettings;
import sg.aiverify.worker.testkit.machine.Needs;

class ChecksTest {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    @TempDir
    Path directory;

    @Test
    void javaMustBe17OrLaterAndKnowAllNamesOfFiles() {
        Runtime.Version java = Runtime.Version.parse("17.0.1");
        assertThat(new JavaCheck(java, Optional.empty()).run()).isEqualTo(Finding.ok("17.0.1"));
        assertThat(new JavaCheck(java, Optional.of("ASCII only")).run())
                .isEqualTo(Finding.ok("17.0.1; file names may have any characters; ASCII only"));
        assertThat(new JavaCheck(Runtime.Version.parse("11.0.2"), Optional.empty())
                        .run()
                        .severity())
                .isEqualTo(Severity.FAIL);
    }

    @Test
    void aMissingPythonFailsWithWhatWasTried() throws InterruptedException {
        Finding finding = new PythonCheck(noPython()).run();

        assertThat(finding.severity()).isEqualTo(Severity.FAIL);
        assertThat(finding.observation()).isEqualTo("none was found");
        assertThat(finding.advice()).contains("PYTHON");
    }

    @Test
    void theTestEngineIsAskedForInTheInterpreter() throws InterruptedException, IOException {
        assertThat(new TestEngineCheck(noPython()).run().severity()).isEqualTo(Severity.WARN);
        assertThat(new TestEngineCheck(() -> python(script("echo 2.2.0"))).run())
                .isEqualTo(Finding.ok("aiverify-test-engine 2.2.0"));

        Finding absent = new TestEngineCheck(() -> python(script("exit 1"))).run();
        assertThat(absent.severity()).isEqualTo(Severity.WARN);
        assertThat(absent.advice()).contains("-m pip install --upgrade aiverify-test-engine");
        String managed = script("case \"$2\" in *EXTERNALLY*) exit 0 ;; *) exit 1 ;; esac");
        assertThat(new TestEngineCheck(() -> python(managed)).run().advice())
                .contains(
                        ":\n   " + managed + " -m venv ~/aiverify-python\n   ~/aiverify-python/bin/pip install",
                        "\n   export PYTHON=~/aiverify-python/bin/python")
                .doesNotContain("&&");
    }

    @Test
    void uvIsPreferredPipWillDoAndNeitherFails() throws InterruptedException, IOException {
        String uv = script("echo uv 0.13.0");
        String nothing = directory.resolve("absent").toString();

        assertThat(new PackageToolCheck(noPython(), uv, noIndexes()).run()).isEqualTo(Finding.ok("uv 0.13.0"));
        Finding old = new PackageToolCheck(
                        () -> python(script("echo venv with pip")), script("echo uv 0.9.0"), noIndexes())
                .run();
        assertThat(old.severity()).isEqualTo(Severity.WARN);
        assertThat(old.observation()).startsWith("uv 0.9.0 is not used: it is older than");
        Finding pip = new PackageToolCheck(() -> python(script("echo venv with pip")), nothing, noIndexes()).run();
        assertThat(pip.severity()).isEqualTo(Severity.WARN);
        assertThat(pip.observation()).contains("venv with pip is used instead");
        assertThat(new PackageToolCheck(() -> python(script("exit 1")), nothing, noIndexes())
                        .run()
                        .severity())
                .isEqualTo(Severity.FAIL);
    }

    @Test
    void thePackageToolIsNamedWithWhatSaysWhereItFindsPackages() throws InterruptedException, IOException {
        String uv = script("echo uv 0.13.0");
        String nothing = directory.resolve("absent").toString();
        PackageIndexes.Source unset = new PackageIndexes.Source(0, List.of());
        PackageIndexes.Source set = new PackageIndexes.Source(3, List.of("PIP_INDEX_URL"));
        PackageIndexes.Source more = new PackageIndexes.Source(2, List.of("UV_INDEX"));

        Finding pips =
                new PackageToolCheck(noPython(), uv, () -> new PackageIndexes(set, unset, true, false, true, "")).run();
        assertThat(pips.severity()).isEqualTo(Severity.OK);
        assertThat(pips.observation()).contains("pip builds environments", "PIP_INDEX_URL");

        Finding both =
                new PackageToolCheck(noPython(), uv, () -> new PackageIndexes(set, more, true, false, true, "")).run();
        assertThat(both.severity()).isEqualTo(Severity.WARN);
        assertThat(both.observation()).contains("unused settings of uv: UV_INDEX");

        Finding onlyPips = new PackageToolCheck(
                        () -> python(script("echo venv with pip")),
                        nothing,
                        () -> new PackageIndexes(set, unset, true, false, true, ""))
                .run();
        assertThat(onlyPips.severity()).isEqualTo(Severity.OK);
        assertThat(onlyPips.observation()).endsWith("needs its own settings for the package index");

        Finding none = new PackageToolCheck(
                        () -> python(script("echo venv with pip")),
                        nothing,
                        () -> new PackageIndexes(unset, more, true, false, true, ""))
                .run();
        assertThat(none.severity()).isEqualTo(Severity.FAIL);
        assertThat(none.observation()).contains("UV_INDEX", "no uv of version");

        Finding old = new PackageToolCheck(
                        () -> python(script("echo uv 0.9.0")),
                        uv,
                        () -> new PackageIndexes(unset, more, true, true, true, ""))
                .run();
        assertThat(old.severity()).isEqualTo(Severity.FAIL);
        assertThat(old.observation()).contains("UV_INDEX", "no uv of version");
    }

    @Test
    void aToolThatHangsIsKilled() throws InterruptedException, IOException {
        ToolRun hung = ToolRun.of(Duration.ofMillis(200), List.of(script("exec sleep 60")));

        assertThat(hung.exitCode()).isEqualTo(ToolRun.TOO_LONG);
    }

    @Test
    void aClosedValkeyPortFails() throws IOException {
        ValkeySettings settings = ValkeySettings.from(Settings.of(Map.of("VALKEY_PORT", "" + closedPort())));

        Finding finding = new QueueCheck(settings.address(), () -> QueueOverview.of(settings)).run();

        assertThat(finding.severity()).isEqualTo(Severity.FAIL);
        assertThat(finding.observation()).contains("cannot be reached");
        assertThat(finding.advice()).contains("VALKEY_HOST_ADDRESS");
    }

    @Test
    void aQueueIsDescribedWithOrWithoutStreamAndGroup() {
        OptionalLong none = OptionalLong.empty();
        assertThat(new QueueCheck("h:1", () -> new QueueOverview("Valkey 8.0.1", none, none, none, none)).run())
                .isEqualTo(Finding.ok("Valkey 8.0.1 at h:1; no task stream yet (the worker creates it)"));
        assertThat(new QueueCheck(
                                "h:1",
                                () -> new QueueOverview(
                                        "Redis 6.2.0",
                                        OptionalLong.of(5),
                                        OptionalLong.of(2),
                                        OptionalLong.of(1),
                                        OptionalLong.of(3)))
                        .run())
                .isEqualTo(
                        Finding.ok(
                                "Redis 6.2.0 at h:1; 5 entries in the task stream, 1 in progress, 3 waiting for a retry, 2 workers"));
    }

    @Test
    void aGatewayAnswersThatItDoesNotKnowTheRun() throws Exception {
        assertThat(gateway(404, "{\"detail\":\"Test run not found\"}").severity())
                .isEqualTo(Severity.OK);
    }

    @Test
    void anotherServerAtTheGatewaysAddressIsNoticed() throws Exception {
        Finding finding = gateway(404, "<h1>It works!</h1>");

        assertThat(finding.severity()).isEqualTo(Severity.WARN);
        assertThat(finding.observation()).contains("unlike an AI Verify gateway");
    }

    @Test
    void aFailingGatewayFails() throws Exception {
        assertThat(gateway(503, "").severity()).isEqualTo(Severity.FAIL);
        assertThat(gateway(401, "").advice()).contains("APIGW_TOKEN_FILE");
    }

    @Test
    void aClosedGatewayPortFails() throws Exception {
        Finding finding = gatewayAt(closedPort() + "", LIMIT).run();

        assertThat(finding.severity()).isEqualTo(Severity.FAIL);
        assertThat(finding.observation()).endsWith("cannot be reached");
    }

    @Test
    void aGatewayThatDoesNotAnswerFails() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Finding finding = gatewayAt(silent.getLocalPort() + "", Duration.ofMillis(200))
                    .run();

            assertThat(finding.severity()).isEqualTo(Severity.FAIL);
            assertThat(finding.observation()).contains("does not respond within 200 ms");
        }
    }

    @Test
    void aDirectoryIsTriedAndLeftAsItWas() throws IOException {
        assertThat(new DirectoryCheck("Data", directory, "").run().observation())
                .endsWith("is writable");
        assertThat(new DirectoryCheck("Data", directory.resolve("a/b"), "")
                        .run()
                        .observation())
                .endsWith("can be created");
        assertThat(directory).isEmptyDirectory();

        Path file = Files.createFile(directory.resolve("file"));
        Finding finding = new DirectoryCheck("Data", file.resolve("below"), "choose another").run();
        assertThat(finding.severity()).isEqualTo(Severity.FAIL);
        assertThat(finding.advice()).isEqualTo("choose another");
    }

    @Test
    void anImpossibleDirectoryIsReportedByOneCheckWithoutTheTestFile() {
        Needs.that(Files.isDirectory(Path.of("/proc")), "/proc", "this system has none");
        Path data = Path.of("/proc/x");

        Finding directory = new DirectoryCheck("Data", data, "").run();
        assertThat(directory.severity()).isEqualTo(Severity.FAIL);
        assertThat(directory.observation())
                .startsWith("/proc is not writable: ")
                .doesNotContain(".aiverify");
        assertThat(new DiskSpaceCheck(data, 1, 1).run())
                .isEqualTo(Finding.warn("no disk at /proc", "see the check Data directory"));
    }

    @Test
    void littleSpaceIsAWarningAndTooLittleFails() {
        assertThat(new DiskSpaceCheck(directory, 0, 0).run().severity()).isEqualTo(Severity.OK);
        assertThat(new DiskSpaceCheck(directory, 0, Long.MAX_VALUE).run().severity())
                .isEqualTo(Severity.WARN);
        assertThat(new DiskSpaceCheck(directory, Long.MAX_VALUE, Long.MAX_VALUE)
                        .run()
                        .severity())
                .isEqualTo(Severity.FAIL);
    }

    @Test
    void thePluginDirectoryMustBeThereAndShouldHoldJars() throws IOException {
        assertThat(new PluginDirectoryCheck(directory.resolve("absent")).run().severity())
                .isEqualTo(Severity.FAIL);
        assertThat(new PluginDirectoryCheck(directory).run().severity()).isEqualTo(Severity.WARN);

        Files.createFile(directory.resolve("b.jar"));
        Files.createFile(directory.resolve("a.jar"));
        assertThat(new PluginDirectoryCheck(directory).run()).isEqualTo(Finding.ok("a.jar, b.jar in " + directory));
    }

    private static GatewayCheck gatewayAt(String port, Duration limit) {
        Settings settings = Settings.of(Map.of("APIGW_URL", "http://127.0.0.1:" + port));
        return new GatewayCheck(() -> GatewaySettings.of(settings), limit);
    }

    @Test
    void theHealthAddressIsReportedAndWhetherOthersCanReadTheMetrics() throws Exception {
        assertThat(http(Map.of()).observation()).startsWith("http://127.0.0.1:8485"); // somebody may have that port
        assertThat(http(Map.of("TEWORKER_HTTP_PORT", "0"))).isEqualTo(Finding.ok("a free port of 127.0.0.1"));
        assertThat(http(Map.of("TEWORKER_HTTP_PORT", "OFF"))).isEqualTo(Finding.ok("switched off"));
        Finding open = http(Map.of("TEWORKER_HTTP_HOST", "0.0.0.0"));
        assertThat(open.severity()).isEqualTo(Severity.WARN);
        assertThat(open.observation()).contains("http://0.0.0.0:8485; any client in the network");
        Path token = Files.writeString(directory.resolve("token"), "open-sesame");
        assertThat(http(Map.of("TEWORKER_HTTP_HOST", "0.0.0.0", "TEWORKER_HTTP_TOKEN_FILE", token.toString()))
                        .severity())
                .isEqualTo(Severity.OK);
        Finding wrong = http(Map.of("TEWORKER_HTTP_TOKEN_FILE", "/no/token"));
        assertThat(wrong.severity()).isEqualTo(Severity.FAIL);
        assertThat(wrong.observation()).contains("TEWORKER_HTTP_TOKEN_FILE=/no/token cannot be read");
    }

    @Test
    void aTakenPortIsTriedAsAStartWouldTryIt() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Finding asked = http(Map.of("TEWORKER_HTTP_PORT", "" + taken.getLocalPort()));
            assertThat(asked.severity()).isEqualTo(Severity.FAIL);
            assertThat(asked.observation()).endsWith(" is in use by another program");
        }
        try (OperatorServer worker = OperatorServer.open(Settings.of(Map.of("TEWORKER_HTTP_PORT", "0")), List.of())
                .orElseThrow()) {
            Finding ours =
                    http(Map.of("TEWORKER_HTTP_PORT", "" + worker.address().getPort()));
            assertThat(ours.severity()).isEqualTo(Severity.WARN);
            assertThat(ours.observation()).endsWith(" is in use by a worker");
        }
    }

    @Test
    void variablesThatDoNothingAreNamedWithWhatWasMeant() {
        assertThat(new VariablesCheck(List.of()).run().severity()).isEqualTo(Severity.OK);
        assertThat(new VariablesCheck(List.of("A is not a setting; did you mean B?")).run())
                .isEqualTo(Finding.warn("A is not a setting; did you mean B?", "correct or remove them"));
    }

    private static Finding http(Map<String, String> settings) {
        return new HttpCheck(() -> HttpBinding.of(Settings.of(settings))).run();
    }

    private static Finding gateway(int status, String body) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/test_runs/", exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        try {
            return gatewayAt(server.getAddress().getPort() + "/", LIMIT).run();
        } finally {
            server.stop(0);
        }
    }

    private static PackageToolCheck.IndexLookup noIndexes() {
        return () -> {
            throw new ConfigurationException("no Python was found");
        };
    }

    private static PythonLookup noPython() {
        return () -> {
            throw new ConfigurationException("none was found");
        };
    }

    private static PythonLookup.Interpreter python(String executable) {
        return new PythonLookup.Interpreter(executable, "3.11.7");
    }

    private String script(String command) {
        try {
            Path file = Files.createTempFile(directory, "tool", ".sh");
            Files.writeString(file, "#!/bin/sh\n" + command + "\n");
            assertThat(file.toFile().setExecutable(true)).isTrue();
            return file.toString();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
