package sg.aiverify.worker.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.app.logging.EcsLines;
import sg.aiverify.worker.app.terminal.CapturedTerminal;
import sg.aiverify.worker.docs.Sample;
import sg.aiverify.worker.testkit.machine.Needs;

/** The real commands with the real wiring, in this process. */
class CommandLineAppTest {
    @TempDir
    Path directory;

    private final CapturedTerminal captured = CapturedTerminal.pipe();

    @BeforeEach
    void makeInput() throws IOException {
        Files.createDirectories(directory.resolve("in"));
    }

    @Test
    void helpListsCommandsExitCodesExamplesAndTheDocumentation() {
        assertThat(run(Map.of(), "--help")).isZero();
        assertThat(captured.out())
                .contains("doctor", "run-once", "demo", "Exit codes:", "Examples:", "docs/configuration.md");
        assertThat(captured.err()).isEmpty();
    }

    @Test
    void everyCommandHasHelp() {
        for (String command : new String[] {"doctor", "run-once", "demo"}) {
            assertThat(run(Map.of(), command, "--help")).as(command).isZero();
            assertThat(captured.out()).contains("Usage: aiverify-worker " + command);
        }
        assertThat(run(Map.of(), "--help")).isZero();
        assertThat(captured.out().lines())
                .allMatch(line -> line.length() <= 80)
                .as("no line of a table is broken")
                .noneMatch(line -> line.matches("of yours|\\(\\w+\\)"));
    }

    @Test
    void theVersionNamesTheWorkerAndJava() {
        for (String command : new String[] {"doctor", "run-once", "demo"}) {
            CapturedTerminal own = CapturedTerminal.pipe();
            assertThat(run(own, Map.of(), command, "-V")).as(command).isZero();
            assertThat(own.out()).startsWith("aiverify-worker ");
        }
        assertThat(run(Map.of(), "--version")).isZero();
        assertThat(captured.out()).startsWith("aiverify-worker ").contains("Java " + Runtime.version());
    }

    @Test
    void unknownOptionsAndCommandsAreUsageErrors() {
        assertThat(run(Map.of(), "--fast")).isEqualTo(2);
        assertThat(run(Map.of(), "run-onc")).isEqualTo(2);
        assertThat(captured.err())
                .contains("error: Unknown option: '--fast'")
                .contains("error: Unknown command: 'run-onc'; did you mean run-once?")
                .contains("Try: aiverify-worker --help")
                .doesNotContain("Exit codes:");
    }

    @Test
    void wrongSettingsAreListedTogetherWithoutAStackTrace() {
        assertThat(run(Map.of("TEWORKER_LOG_LEVEL", "loud", "VALKEY_PORT", "0")))
                .isEqualTo(2);
        assertThat(captured.err().lines()).hasSize(2).allMatch(line -> line.startsWith("error: "));
        assertThat(captured.err()).contains("TEWORKER_LOG_LEVEL='loud'").contains("VALKEY_PORT='0'");
    }

    @Test
    void everythingThatIsWrongIsListedAtOnce() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        Files.writeString(directory.resolve(".env"), "TEWORKER_CONCURENCY=3\nno assignment\n");
        Map<String, String> wrong = new HashMap<>(Map.of(
                "TEWORKER_LOG_FORMAT", "xml",
                "VALKEY_PORT", "0",
                "PIPELINE_BUILD", "x",
                "PYTHON", "/nope",
                "VALKEY_USERNAME", "u",
                "VALKEY_TLS", "true",
                "VALKEY_CA_FILE", "/no/ca.pem",
                "TEWORKER_PLUGIN_DIR", "/no/plug-ins"));
        wrong.put("TEWORKER_DATA_DIR", file.resolve("data").toString());
        wrong.put("TEWORKER_HTTP_TOKEN_FILE", "/no/token");

        assertThat(run(wrong)).isEqualTo(2);

        assertThat(captured.err().lines().filter(line -> line.startsWith("error: ")))
                .satisfiesExactlyInAnyOrder(
                        line -> assertThat(line).contains(".env, line 2 cannot be read"),
                        line -> assertThat(line).contains("TEWORKER_LOG_FORMAT='xml'"),
                        line -> assertThat(line).contains("VALKEY_PORT='0'"),
                        line -> assertThat(line).contains("PIPELINE_BUILD=x"),
                        line -> assertThat(line).contains("PYTHON=/nope: no such file. Python 3.10"),
                        line -> assertThat(line).contains("VALKEY_USERNAME=u needs a password"),
                        line -> assertThat(line).contains("VALKEY_CA_FILE=/no/ca.pem cannot be used"),
                        line -> assertThat(line).contains("plug-in directory /no/plug-ins cannot be read"),
                        line -> assertThat(line).contains("TEWORKER_HTTP_TOKEN_FILE=/no/token cannot be read"),
                        line -> assertThat(line).contains("data directory " + file.resolve("data")));
        assertThat(captured.err()).contains("did you mean TEWORKER_CONCURRENCY?");
    }

    @Test
    void whatKeepsTheWorkerFromStartingIsAnEventWhereALogStoreReads() {
        assertThat(run(Map.of("TEWORKER_LOG_FORMAT", "ecs", "TEWORKER_LOG_LEVEL", "loud", "VALKEY_PORT", "0")))
                .isEqualTo(2);
        assertThat(run(Map.of("TEWORKER_LOG_FORMAT", "ecs", "TEWORKER_DATA_DIR", "/dev/null/x")))
                .isEqualTo(2);
        assertThat(run(Map.of("TEWORKER_LOG_FORMAT", "ecs"), "--fast")).isEqualTo(2);

        assertThat(EcsLines.of(captured.err()))
                .filteredOn(event -> event.get("log.level").equals("FATAL"))
                .extracting(event -> event.get("message"))
                .satisfiesExactly(
                        message -> assertThat(message).contains("TEWORKER_LOG_LEVEL='loud'"),
                        message -> assertThat(message).contains("VALKEY_PORT='0'"),
                        message -> assertThat(message).contains("data directory /dev/null/x cannot be created"),
                        message -> assertThat(message).isEqualTo("Unknown option: '--fast'"));
    }

    @Test
    void aMissingLibraryIsAnEventWhereALogStoreReads() {
        assertThat(EcsLines.of(Main.missing(true, Instant.now())))
                .singleElement()
                .satisfies(event -> assertThat(event.get("message")).startsWith("the directory lib "));
        assertThat(Main.missing(false, Instant.now())).startsWith("error: the directory lib ");
    }

    @Test
    void whatAThreadDoesNotCatchIsAnEventOfTheLog() {
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        try {
            assertThat(run(Map.of("TEWORKER_LOG_FORMAT", "ecs", "TEWORKER_DATA_DIR", "/dev/null/x")))
                    .isEqualTo(2);
            Thread.getDefaultUncaughtExceptionHandler()
                    .uncaughtException(new Thread("odd"), new IllegalStateException("a bug"));
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }

        assertThat(EcsLines.of(captured.err()))
                .last()
                .satisfies(event -> assertThat(event)
                        .containsEntry("message", "The thread odd ended unexpectedly")
                        .containsEntry("error.message", "a bug")
                        .containsKey("error.stack_trace"));
    }

    @Test
    void commandsForPeopleWriteTheirErrorsForPeople() {
        assertThat(run(Map.of("TEWORKER_LOG_FORMAT", "ecs"), "run-once", "--fast"))
                .isEqualTo(2);

        assertThat(captured.err()).startsWith("error: ");
    }

    @Test
    void aTakenPortEndsTheStartBeforeATaskIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(run(Map.of("TEWORKER_HTTP_PORT", "" + taken.getLocalPort())))
                    .isEqualTo(2);
        }
        assertThat(captured.err()).contains("error: TEWORKER_HTTP_PORT=").doesNotContain("Isolation");
    }

    @Test
    void aDataDirectoryThatCannotBeWrittenToEndsTheStart() {
        Needs.that(Files.isDirectory(Path.of("/proc")), "/proc", "this system has none");

        assertThat(run(Map.of("TEWORKER_DATA_DIR", "/proc"))).isEqualTo(2);
        assertThat(captured.err()).contains("error: The data directory /proc cannot be written to");
    }

    @Test
    void theDoctorShowsAllChecksWhateverIsWrong() throws IOException {
        Path data = Files.writeString(directory.resolve("file"), "").resolve("data");
        Map<String, String> wrong = Map.of(
                "TEWORKER_DATA_DIR", data.toString(),
                "TEWORKER_PLUGIN_DIR", "/no/plug-ins",
                "TEWORKER_CACHE_MAX_MB", "lots",
                "VALKEY_USERNAME", "u");

        assertThat(run(wrong, "doctor")).isEqualTo(1);

        assertThat(captured.out().lines().map(line -> line.replaceAll(" +", " ")))
                .anyMatch(line -> line.startsWith("FAIL Settings TEWORKER_CACHE_MAX_MB='lots'"))
                .anyMatch(line -> line.startsWith("FAIL Data directory " + data + " cannot be created"))
                .anyMatch(line -> line.startsWith("ok Python 3."))
                .anyMatch("warn Modules unknown, because the modules cannot be created"::equals)
                .anyMatch(" -> see the checks Plug-ins, Data directory"::equals)
                .anyMatch(line -> line.startsWith("FAIL Valkey VALKEY_USERNAME=u needs a password"))
                .anyMatch(line -> line.startsWith("FAIL API gateway"))
                .anyMatch(line -> line.startsWith("FAIL Plug-ins /no/plug-ins is not a directory"));
    }

    @Test
    void aMisspelledNameIsReportedEvenIfAWrongValueEndsTheStart() {
        assertThat(run(Map.of("VALKEY_PORT", "0", "TEWORKER_CONCURENCY", "3"))).isEqualTo(2);
        assertThat(captured.err()).contains("VALKEY_PORT='0'").contains("did you mean TEWORKER_CONCURRENCY?");
    }

    @Test
    void anUnknownModuleIsReportedWithTheKnownOnes() {
        assertThat(run(Map.of("PIPELINE_BUILD", "conda_env", "TEWORKER_LOG_LEVEL", "error")))
                .isEqualTo(2);
        assertThat(captured.err()).contains("error: PIPELINE_BUILD=conda_env").contains("virtual_env");
    }

    @Test
    void aStartThatFailsSaysNothingOfWhatItWouldWorkWith() {
        assertThat(run(Map.of("PIPELINE_VALIDATE_INPUT", "validate_inpt", "PIP_INDEX_URL", "x", "UV_INDEX", "y")))
                .isEqualTo(2);
        assertThat(captured.err())
                .contains("did you mean validate_input? Available: ")
                .doesNotContain("Modules:", "Packages:", "Algorithms run in");
    }

    @Test
    void theDocumentationShowsTheChecksAsTheDoctorDoes() {
        run(Map.of("PYTHON", "/no/such/python"), "doctor");

        Pattern row = Pattern.compile("(?m)^(?:ok|warn|FAIL)  +(\\S+(?: \\S+)*)  ");
        List<String> shown = row.matcher(captured.out())
                .results()
                .map(match -> match.group(1))
                .toList();
        String page = Sample.from("operating.md", "doctor").text();
        assertThat(row.matcher(page).results().map(match -> match.group(1)))
                .hasSizeGreaterThan(10)
                .containsExactlyElementsOf(shown);
    }

    @Test
    void settingsOfModulesAreChecked() {
        assertThat(run(Map.of("TEWORKER_ALLOW_SOURCE_BUILDS", "perhaps"))).isEqualTo(2);
        assertThat(captured.err())
                .contains(
                        "TEWORKER_ALLOW_SOURCE_BUILDS='perhaps' (environment) is not allowed; allowed: true or false");
    }

    @Test
    void settingsOfModulesThatAreNotPickedDoNotMatter() {
        Map<String, String> others = Map.of("KUBECTL_RUN_EXTRA_ARGS", "--dry-run=client", "VALKEY_PORT", "0");

        assertThat(run(others)).isEqualTo(2);
        assertThat(captured.err()).contains("VALKEY_PORT='0'").doesNotContain("KUBECTL_RUN_EXTRA_ARGS");
    }

    @Test
    void theDoctorFailsOnClosedPortsAndReportsEachProblem() throws IOException {
        String port = "" + closedPort();

        int code = run(
                Map.of("VALKEY_PORT", port, "APIGW_URL", "http://127.0.0.1:" + port, "PYTHON", "/no/such/python"),
                "doctor");

        assertThat(code).isEqualTo(1);
        assertThat(captured.out().split("/no/such/python")).hasSize(2);
        assertThat(captured.out().lines().map(line -> line.replaceAll(" +", " ")))
                .anyMatch(line -> line.matches("ok Java .*"))
                .anyMatch("warn Modules unknown, because the modules cannot be created"::equals)
                .anyMatch(" -> see the check Python"::equals)
                .anyMatch(line -> line.startsWith("ok Data directory "))
                .anyMatch(line -> line.startsWith("FAIL Python PYTHON=/no/such/python: no such file."))
                .anyMatch(line -> line.startsWith("FAIL Valkey Valkey at 127.0.0.1:" + port + " cannot be reached"))
                .anyMatch(line -> line.startsWith("FAIL API gateway http://127.0.0.1:" + port));
    }

    @Test
    void runOnceNamesMissingOptionsAndFiles() {
        assertThat(run(Map.of(), "run-once")).isEqualTo(2);
        assertThat(captured.err()).contains("Missing required options", "--algorithm", "--model-type");

        assertThat(run(
                        Map.of(),
                        "run-once",
                        "--algorithm=" + directory.resolve("absent"),
                        "--model=" + directory,
                        "--data=" + directory,
                        "--model-type=Classification"))
                .isEqualTo(2);
        assertThat(captured.err()).contains("error: --algorithm: " + directory.resolve("absent") + " does not exist");
    }

    @Test
    void runOnceNamesTheModelTypesAsItsHelpDoes() {
        assertThat(run(Map.of(), "run-once", "--model-type=x")).isEqualTo(2);
        assertThat(captured.err())
                .contains("'x' is not a model type; allowed: classification, regression, uplift")
                .doesNotContain("CLASSIFICATION");
    }

    @Test
    void runOnceRefusesArgumentsThatAreNoJsonObject() throws IOException {
        Path file = Files.writeString(directory.resolve("args.json"), "{]");

        assertThat(runOnce("--args", "[1]")).isEqualTo(2);
        assertThat(runOnce("--args", "{threshold: 1}")).isEqualTo(2);
        assertThat(captured.err()).contains("--args is not valid JSON: unexpected character 't'");
        assertThat(runOnce("--args", "{\"a\": 1, \"a\": 2}")).isEqualTo(2);
        assertThat(runOnce("--args-file", file.toString())).isEqualTo(2);
        assertThat(runOnce("--args-file", directory.resolve("absent").toString()))
                .isEqualTo(2);
        assertThat(runOnce("--args", "{}", "--args-file", file.toString())).isEqualTo(2);
        assertThat(captured.err())
                .contains("--args is not a JSON object")
                .contains("--args-file " + file + " is not valid JSON")
                .contains("absent cannot be read: no such file or directory\n")
                .contains("mutually exclusive");
    }

    @Test
    void runOnceRefusesAnOutputThatItCouldNotWriteBeforeItRuns() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");

        assertThat(runOnce("--output", directory.toString())).isEqualTo(2);
        assertThat(captured.err()).contains("error: --output: " + directory + " is a directory");
        assertThat(runOnce("--output", file.resolve("output.zip").toString())).isEqualTo(2);
        assertThat(captured.err()).contains("cannot be written: " + file + " is not a writable directory");
        assertThat(runOnce("--output", "/proc/output.zip")).isEqualTo(2);
        assertThat(captured.err()).contains("cannot be written: /proc is not a writable directory");
        Path missing = directory.resolve("absent");
        assertThat(runOnce("--output", missing.resolve("output.zip").toString()))
                .isEqualTo(2);
        assertThat(captured.err()).contains("the folder " + missing + " does not exist");
        assertThat(missing).doesNotExist();
        assertThat(runOnce("--output", "/dev/null", "--force")).isEqualTo(2);
        assertThat(captured.err()).contains("--output: /dev/null is not a regular file");
        assertThat(file).hasContent("");
    }

    @Test
    void runOnceWritesNothingIntoItsInputsEvenIfForced() throws IOException {
        Path project = Files.createDirectories(directory.resolve("in/project"));
        Path inner = Files.createDirectory(project.resolve("package"));
        Files.createFile(inner.resolve("algo.py"));
        Path file = Files.writeString(project.resolve("pyproject.toml"), "mine");
        Path link = Files.createSymbolicLink(directory.resolve("link"), project);
        Path around = Files.createSymbolicLink(directory.resolve("pointer.toml"), file);
        Path data = Files.createFile(directory.resolve("data.csv"));

        for (Path folder : List.of(project, inner, link)) {
            for (Path output : List.of(file, project.resolve("new.zip"), link.resolve("pyproject.toml"), around)) {
                int code = run(
                        Map.of(),
                        "run-once",
                        "--algorithm=" + folder,
                        "--model=" + data,
                        "--data=" + data,
                        "--model-type=regression",
                        "--force",
                        "--output=" + output);

                assertThat(code).as(folder + " and " + output).isEqualTo(2);
                assertThat(captured.err())
                        .contains("--output: " + output + " is in the folder ", "which is an input of the run");
            }
        }
        assertThat(file).hasContent("mine");
        assertThat(project.resolve("new.zip")).doesNotExist();
    }

    @Test
    void runOnceSaysThatTheDefaultOutputIsInAnInputAndWhereItCouldBe() throws IOException {
        Path here = Path.of("").toRealPath();
        Path data = Files.createFile(directory.resolve("data.csv"));
        int code = run(
                Map.of(), "run-once", "--algorithm=" + data, "--model=.", "--data=" + data, "--model-type=regression");

        assertThat(code).isEqualTo(2);
        assertThat(captured.err())
                .contains("error: --output is not set, and its default output.zip is in the folder ., which is an input"
                        + " of the run; choose a file outside it, such as --output ../output.zip\n");
        assertThat(here.resolve("output.zip")).doesNotExist();
    }

    @Test
    void wrongOptionsOfRunOnceAreSaidInPlainWords() throws IOException {
        Path file = Files.writeString(directory.resolve("args.json"), "{}");

        assertThat(run(Map.of(), "run-once", "--algoritm", "x")).isEqualTo(2);
        assertThat(runOnce("--run-id", "123")).isEqualTo(2);
        assertThat(runOnce("--args", "{}", "--args-file", file.toString())).isEqualTo(2);
        assertThat(runOnce("--dataset", "foo")).isEqualTo(2);
        assertThat(runOnce("--output=")).isEqualTo(2);
        assertThat(runOnce("extra")).isEqualTo(2);

        assertThat(captured.err().lines().filter(line -> line.startsWith("error: ")))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .isEqualTo("error: Unknown option: '--algoritm'; did you mean --algorithm?"),
                        line -> assertThat(line)
                                .contains("--run-id", "'123' is not a UUID; allowed: a UUID such as")
                                .doesNotContain("Exception"),
                        line -> assertThat(line).startsWith("error: --args").contains("mutually exclusive"),
                        line -> assertThat(line).isEqualTo("error: --dataset is 'foo'; allowed: NAME=PATH"),
                        line -> assertThat(line).contains("--output", "it is empty"),
                        line -> assertThat(line).startsWith("error: Unexpected argument: 'extra'; "));
    }

    @Test
    void runOnceReplacesResultArchivesOnlyUnlessForced() throws IOException {
        Path result = zip(
                "result.zip",
                "{\"testRunId\": \"a\", \"gid\": \"g\", \"cid\": \"c\", \"startTime\": \"\","
                        + " \"timeTaken\": 1, \"testArguments\": {}, \"output\": {}, \"artifacts\": []}");
        Path other = zip("other.zip", "{\"output\": {}}");
        Path note = Files.writeString(directory.resolve("note.txt"), "mine");

        // Those that pass this check fail later, since the algorithm is invalid.
        assertThat(runOnce("--output", result.toString())).isEqualTo(2);
        assertThat(captured.err()).contains("is not an algorithm").doesNotContain("--output");
        for (Path file : List.of(other, note)) {
            assertThat(runOnce("--output", file.toString())).isEqualTo(2);
            assertThat(captured.err())
                    .contains("error: --output: " + file + " exists and is not a result archive of an earlier run;"
                            + " choose another file, or add --force to replace it");
            assertThat(runOnce("--output", file.toString(), "--force")).isEqualTo(2);
            assertThat(captured.err().lines().reduce((first, second) -> second).orElseThrow())
                    .contains("is not an algorithm");
        }
        assertThat(runOnce("--output", note.toString(), "--force", "--dataset", "a=" + note))
                .isEqualTo(2);
        assertThat(captured.err()).contains("--output: " + note + " is an input of the run");
    }

    private Path zip(String name, String results) throws IOException {
        Path zip = directory.resolve(name);
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("results.json"));
            out.write(results.getBytes(StandardCharsets.UTF_8));
        }
        return zip;
    }

    @Test
    void anAlgorithmThatIsNoneIsAWrongOption() {
        assertThat(runOnce()).isEqualTo(2);
        assertThat(captured.err())
                .contains("error: --algorithm: ", "is not an algorithm")
                .doesNotContain("\tat ");
    }

    private int runOnce(String... more) {
        String[] args = {
            "run-once",
            "--algorithm=" + directory.resolve("in"),
            "--model=" + directory.resolve("in"),
            "--data=" + directory.resolve("in"),
            "--model-type=regression"
        };
        String[] all = java.util.Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return run(Map.of(), all);
    }

    private int run(Map<String, String> settings, String... args) {
        return run(captured, settings, args);
    }

    private int run(CapturedTerminal captured, Map<String, String> settings, String... args) {
        Map<String, String> environment = new HashMap<>();
        environment.put("PATH", System.getenv("PATH"));
        environment.put("TEWORKER_SANDBOX", "none"); // no warning without a sandbox
        environment.put("TEWORKER_DATA_DIR", directory.resolve("data").toString());
        environment.putAll(settings);
        CommandContext context =
                new CommandContext(captured.terminal(), environment, directory, new Wiring(environment));
        return new CommandLineApp(context).run(args);
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
