package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.docs.Sample;
import sg.aiverify.worker.testkit.machine.Needs;
import sg.aiverify.worker.testkit.python.EngineInterpreter;
import sg.aiverify.worker.testkit.samples.MisbehavingAlgorithm;
import sg.aiverify.worker.testkit.samples.SampleAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;

/** The packaged worker as operators use it: settings and commands. */
class CommandsIT {
    @TempDir
    private Path directory;

    private Map<String, String> alone() throws InterruptedException {
        return new HashMap<>(Map.of(
                "TEWORKER_DATA_DIR",
                directory.resolve("data").toString(),
                "PYTHON",
                EngineInterpreter.get().executable().toString(),
                "VALKEY_PORT",
                "1",
                "APIGW_URL",
                "http://127.0.0.1:1"));
    }

    @Test
    void wrongSettingsAreAllListedAndEndItWithTwo() throws Exception {
        Map<String, String> variables = alone();
        variables.put("TEWORKER_CONCURRENCY", "none");
        variables.put("VALKEY_PORT", "70000");
        variables.put("APIGW_URL", "ftp://gateway");
        variables.put("TEWORKER_LEASE_SECONDS", "-1");
        try (WorkerProcess worker = WorkerProcess.start(directory.resolve("worker"), variables)) {
            assertThat(worker.exitCode()).isEqualTo(2);
            assertThat(worker.err())
                    .containsPattern("(?m)^error: ") // without a sandbox, a warning comes first
                    .contains("TEWORKER_CONCURRENCY='none'", "VALKEY_PORT='70000'", "APIGW_URL='ftp://gateway'")
                    .contains("TEWORKER_LEASE_SECONDS='-1'")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void aDataDirectoryThatCannotBeMadeEndsItWithTwo() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "no directory");
        Map<String, String> variables = alone();
        variables.put("TEWORKER_DATA_DIR", file.resolve("data").toString());
        try (WorkerProcess worker = WorkerProcess.start(directory.resolve("worker"), variables)) {
            assertThat(worker.exitCode()).isEqualTo(2);
            assertThat(worker.err()).contains(file.toString(), "set TEWORKER_DATA_DIR");
        }
    }

    @Test
    void anUnknownModuleEndsItWithTwoAndNamesThoseThatThereAre() throws Exception {
        Map<String, String> variables = alone();
        variables.put("PIPELINE_EXECUTE", "virtual_env_exec");
        try (WorkerProcess worker = WorkerProcess.start(directory.resolve("worker"), variables)) {
            assertThat(worker.exitCode()).isEqualTo(2);
            assertThat(worker.err()).contains("virtual_env_exec", "virtual_env_execute");
        }
    }

    @Test
    void aFileOfSettingsIsReadAndTheEnvironmentComesFirst() throws Exception {
        try (Surroundings scene = new Surroundings(directory)) {
            Map<String, String> all = scene.variables();
            Path home = Files.createDirectories(directory.resolve("worker"));
            Files.writeString(home.resolve(".env"), """
                    # everything but the port is right
                    APIGW_URL="%s"
                    PYTHON=%s
                    TEWORKER_DATA_DIR=%s
                    TEWORKER_CONCURENCY=3
                    VALKEY_PORT=1
                    """.formatted(
                            all.get("APIGW_URL"), all.get("PYTHON"), all.get("TEWORKER_DATA_DIR")));
            List<String> asking =
                    Sample.from("operating.md", "metrics").text().lines().toList();
            shell(home, asking.get(0));
            Map<String, String> variables = new HashMap<>(scene.valkey.environment());
            variables.put("TEWORKER_HTTP_TOKEN_FILE", "token");
            assertThat(asking.get(1)).contains("TEWORKER_HTTP_TOKEN_FILE=token");
            try (WorkerProcess worker = WorkerProcess.start(home, variables)) {
                worker.ready();

                scene.assertSucceededOnce(
                        scene.gateway.startRun(scene.order(scene.algorithm(MisbehavingAlgorithm.ECHOES))));

                assertThat(worker.err())
                        .contains("VALKEY_PORT differs between the environment and .env")
                        .contains("TEWORKER_CONCURENCY is not a setting and has no effect; did you mean"
                                + " TEWORKER_CONCURRENCY?");
                assertThat(worker.out()).isEmpty();
                String http = OperatorHttp.address(worker.err());
                assertMetricsShow(http, home, asking.get(2).replace("http://worker.example:8485", http));
                scene.assertClean();
            }
        }
    }

    private static void assertMetricsShow(String http, Path directory, String asking) throws Exception {
        assertThat(OperatorHttp.get(http + "/readyz")).startsWith("200 ready\nworker java-");
        assertThat(OperatorHttp.get(http + "/livez")).isEqualTo("200 alive\n");
        assertThat(OperatorHttp.get(http + "/metrics")).startsWith("401 ");
        assertThat(asking).contains(http);
        await().atMost(Scene.PATIENCE)
                .untilAsserted(() -> assertThat(shell(directory, asking))
                        .contains("aiverify_worker_runs_total{outcome=\"succeeded\"} 1.0\n")
                        .contains(
                                "aiverify_worker_stage_duration_seconds_count{outcome=\"succeeded\",stage=\"upload\"} 1\n")
                        .contains("aiverify_worker_service_unavailable{service=\"queue\"} 0.0\n")
                        .contains("aiverify_worker_queue_dead_letters 0.0\n")
                        .contains("aiverify_worker_build_info{", "jvm_memory_used_bytes{"));
    }

    @Test
    void whatOnlyTheDemoNeedsIsNotOnTheWorkersClassPathAndTheDemoSaysWhenItIsMissing() throws Exception {
        Path packaged = WorkerProcess.jar();
        String testParts = "worker-testkit-|embedded-redis-|junit-|assertj-|aiverify-worker-demo";
        assertThat(packaged.resolveSibling("lib").toFile().list())
                .isNotEmpty()
                .noneMatch(name -> name.matches("(" + testParts + ").*"));
        try (JarFile jar = new JarFile(packaged.toFile())) {
            assertThat(jar.getManifest().getMainAttributes().getValue(Attributes.Name.CLASS_PATH))
                    .contains("lib/worker-core-")
                    .doesNotContainPattern(testParts);
            assertThat(jar.stream().map(JarEntry::getName)).noneMatch(name -> name.contains("/demo/sample/"));
        }
        Path alone = Files.copy(packaged, directory.resolve("worker.jar"));
        Files.createSymbolicLink(directory.resolve("lib"), packaged.resolveSibling("lib"));

        try (WorkerProcess demo =
                WorkerProcess.start(alone, directory.resolve("demo"), WorkerProcess.HEAP_MB, alone(), "demo")) {
            assertThat(demo.exitCode()).isEqualTo(2);
            assertThat(demo.err())
                    .isEqualTo("error: The demo needs the directory lib-demo next to the worker's jar, but "
                            + directory.resolve("lib-demo")
                            + " does not contain the demo. Copy lib-demo together with the jar\n");
        }
    }

    @Tag("slow")
    @Test
    void theDemoEndsWellTakesMoreRunsAsItAndItsPageSayAndLeavesNothing() throws Exception {
        Path temporary = Files.createDirectories(directory.resolve("tmp"));
        Map<String, String> variables = Map.of(
                "TEWORKER_DATA_DIR",
                directory.resolve("data").toString(),
                "JAVA_TOOL_OPTIONS",
                "-Djava.io.tmpdir=" + temporary);
        try (WorkerProcess demo = WorkerProcess.start(directory.resolve("demo"), variables, "demo", "--keep")) {
            await().atMost(Scene.PATIENCE.multipliedBy(2))
                    .until(() -> !demo.isAlive() || demo.out().contains("RUN_ID="));
            assertThat(demo.out())
                    .as(demo::err)
                    .contains("Feature importance", "Cancelled while running", "All 8 runs ended as expected.");
            List<String> commands = demo.out()
                    .replace("\\\n    ", "")
                    .lines()
                    .filter(line -> line.matches("  (\\S+-cli|curl|export) .*"))
                    .map(String::strip)
                    .toList();
            assertThat(commands).hasSize(6);
            Needs.that(
                    !demo.out().contains("Neither valkey-cli nor redis-cli"),
                    "valkey-cli or redis-cli",
                    "neither is on the path");

            assertThat(shell(directory, commands.get(1))).contains("\"status\": \"pending\"");
            shell(directory, commands.get(0));
            awaitSuccess(commands.get(1));
            String ordered = idOf(shell(directory, commands.get(2)));
            awaitSuccess(commands.get(1).replaceFirst("[^/]+$", ordered));

            String exports = String.join("\n", commands.subList(3, 6)) + "\n";
            shell(directory, exports + Sample.from("task.md", "xadd").text());
            String fetch = exports + Sample.from("task.md", "fetch").text();
            awaitSuccess(fetch);
            assertThat(shell(directory, fetch)).contains("\"calibration_bins\": 5");
            String next = idOf(
                    shell(directory, exports + Sample.from("task.md", "order").text()));
            awaitSuccess(exports + "RUN_ID=" + next + "\n"
                    + Sample.from("task.md", "fetch").text());

            demo.terminate();
            assertThat(demo.exitCode()).as(demo::err).isZero();
        }
        assertThat(OsProcess.mentioning(directory.toString())).isEmpty();
        assertThat(temporary).isEmptyDirectory();
    }

    private void awaitSuccess(String fetch) {
        await().atMost(Scene.PATIENCE)
                .untilAsserted(() -> assertThat(shell(directory, fetch)).contains("\"status\": \"success\""));
    }

    private static String idOf(String run) {
        return JsonParser.parseString(run).getAsJsonObject().get("id").getAsString();
    }

    /** Runs commands as a person who pastes them into a shell, and returns the output. */
    private static String shell(Path directory, String commands) throws Exception {
        Process shell = new ProcessBuilder("sh", "-c", commands)
                .directory(directory.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String shown = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor()).as(shown).isZero();
        return shown;
    }

    @Test
    void theDoctorSaysWhetherEverythingIsThere() throws Exception {
        try (Surroundings scene = new Surroundings(directory);
                WorkerProcess doctor = WorkerProcess.start(directory.resolve("doctor"), scene.variables(), "doctor")) {
            assertThat(doctor.exitCode()).as(doctor::out).isZero();
            assertThat(doctor.out()).doesNotContain("FAIL").contains("checks");
            assertThat(scene.probe.call("EXISTS", "aiverify:worker:task_queue")).isEqualTo(0L);
        }
        try (WorkerProcess doctor = WorkerProcess.start(directory.resolve("alone"), alone(), "doctor")) {
            assertThat(doctor.exitCode()).isEqualTo(1);
            assertThat(doctor.out()).contains("FAIL", "127.0.0.1:1").contains("-> ");
        }
    }

    @Test
    void runOnceWritesTheArchiveAndPrintsPlainLinesWithoutATerminal() throws Exception {
        TinyInputs tiny = TinyInputs.write(directory.resolve("tiny"));
        Path algorithm = SampleAlgorithm.DATA_QUALITY.extract(directory.resolve("algorithms"));
        Path archive = directory.resolve("result.zip");
        try (WorkerProcess once = WorkerProcess.start(
                directory.resolve("once"),
                alone(),
                "run-once",
                "--algorithm",
                algorithm.toString(),
                "--model",
                tiny.model().toString(),
                "--model-type",
                "classification",
                "--data",
                tiny.dataset().toString(),
                "--output",
                archive.toString())) {
            assertThat(once.exitCode()).as(once::err).isZero();
            assertThat(once.out() + once.err()).doesNotContain("\u001b", "\r");
            assertThat(once.out()).contains(archive.toString());
        }
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            String text =
                    new String(zip.getInputStream(zip.getEntry("results.json")).readAllBytes(), StandardCharsets.UTF_8);
            JsonElement root = JsonParser.parseString(text);
            JsonObject result = root instanceof JsonArray list ? list.get(0).getAsJsonObject() : root.getAsJsonObject();
            assertThat(result.get("cid").getAsString()).isEqualTo("data_quality");
            assertThat(result.getAsJsonObject("output").get("rows").getAsInt()).isEqualTo(4);
        }
    }

    @Test
    void runOnceOfAFailingAlgorithmEndsWithOne() throws Exception {
        TinyInputs tiny = TinyInputs.write(directory.resolve("tiny"));
        Path algorithm = MisbehavingAlgorithm.RAISES.write(directory.resolve("algorithms"));
        Path archive = directory.resolve("result.zip");
        try (WorkerProcess once = WorkerProcess.start(
                directory.resolve("once"),
                alone(),
                "run-once",
                "--algorithm=" + algorithm,
                "--model=" + tiny.model(),
                "--model-type=classification",
                "--data=" + tiny.dataset(),
                "--output=" + archive)) {
            assertThat(once.exitCode()).isEqualTo(1);
            assertThat(once.err()).contains("RuntimeError: this algorithm always fails");
        }
        assertThat(archive).doesNotExist();
    }
}
