package sg.aiverify.worker.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.python.PythonInterpreter;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.testkit.machine.Needs;
import sg.aiverify.worker.testkit.python.EngineInterpreter;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class SandboxTrialTest {
    @TempDir
    Path directory;

    private HostPython python;
    private PythonScripts scripts;

    @BeforeEach
    void find() throws InterruptedException {
        PythonInterpreter interpreter = EngineInterpreter.base();
        scripts = PythonScripts.ofCore(directory);
        python = new HostPython(interpreter.executable(), interpreter.libraries(), scripts.directory());
    }

    private Isolation choose(String asked, String path) throws InterruptedException {
        return Isolation.choose(Settings.of(Map.of("TEWORKER_SANDBOX", asked)), python, directory, path);
    }

    private String run(Path... command) throws IOException, InterruptedException {
        return run(List.of(), command);
    }

    private String run(List<String> before, Path... command) throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(before);
        whole.addAll(List.of(python.executable().toString(), "-I", "-S", "-B"));
        Arrays.stream(command).map(Path::toString).forEach(whole::add);
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(whole)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return Files.readString(output);
    }

    private Isolation isolation(Sandbox sandbox) throws InterruptedException {
        return IsolatedRuns.isolation(
                sandbox,
                Settings.of(Map.of("TEWORKER_SANDBOX", sandbox.word())),
                python,
                directory,
                GroupHierarchy.ofThisProcess());
    }

    @ParameterizedTest
    @EnumSource
    void everySandboxOfThisMachineHolds(Sandbox sandbox) throws InterruptedException {
        try (Isolation isolation = isolation(sandbox)) {
            assertThat(isolation.sandbox()).isEqualTo(sandbox);
        }
        assertThat(directory).isDirectoryNotContaining("glob:**sandbox-probe*");
    }

    @Test
    void theTrialFindsWhatGetsOutWhereNothingKeepsItIn() throws Exception {
        assertThat(run(scripts.path("breakout.py"), openScene()))
                .contains(
                        "could read a file of others",
                        "could change a shared file",
                        "could read the environment of another process",
                        "could kill another process",
                        "could reach TCP",
                        "could reach UDP",
                        "could reach an abstract socket",
                        "could reach a named socket",
                        "could write outside its directory");
    }

    /** The trial once mistook a process that stayed user 12345 for one that became another user. */
    @Test
    void theTrialDoesNotMindWhichUserItIs() throws Exception {
        List<String> asUser = List.of("unshare", "--user", "--map-user=12345", "--map-group=12345");
        Needs.that(canStart(asUser), "user namespaces", "unshare makes none here");

        assertThat(run(asUser, scripts.path("breakout.py"), openScene()))
                .contains("could read a file of others")
                .doesNotContain("become another user");
    }

    private Path openScene() throws IOException {
        Path scene = Files.createDirectories(directory.resolve("scene")).toRealPath();
        new Policy(Sandbox.NONE)
                .own(scene, Files.createDirectories(scene.resolve("run")))
                .write(scene.resolve("policy"));
        return scene;
    }

    private static boolean canStart(List<String> before) throws InterruptedException {
        List<String> command = new ArrayList<>(before);
        command.add("true");
        try {
            return new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void aSandboxThatIsAskedForAndMissingEndsTheStartWithWhatIsAllowed() {
        assertThatThrownBy(() -> choose("bubblewrap", "/nowhere"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(
                        "TEWORKER_SANDBOX=bubblewrap does not work here (bubblewrap: the program bwrap is not on the"
                                + " PATH). Allowed: auto, landlock, bubblewrap, landlock-alone, none; auto chooses one that works");
    }

    @Test
    void aSandboxThatDoesNotHoldEndsTheStartWithWhatGotOut() throws IOException {
        Path bwrap = Files.writeString(directory.resolve("bwrap"), """
                #!/bin/sh
                while [ "$1" != -- ]; do shift; done
                shift
                exec "$@"
                """);
        assertThat(bwrap.toFile().setExecutable(true)).isTrue();
        assertThatThrownBy(() -> choose("bubblewrap", directory.toString()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("could read a file of others");
    }

    @Test
    void noneIsTakenWhereItIsAskedFor() throws InterruptedException {
        try (Isolation isolation = choose("none", "")) {
            assertThat(isolation.sandbox()).isEqualTo(Sandbox.NONE);
            assertThat(isolation.leavesFilesOpen()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSecretThatRunsCanReadIsNamedWithItsSetting(Sandbox sandbox) throws Exception {
        Path shown = Files.writeString(scripts.path("shown"), "secret");
        Path hidden = Files.writeString(directory.resolve("hidden"), "secret");
        try (Isolation isolation = isolation(sandbox)) {
            assertThat(isolation
                            .note(Map.of("SHOWN_FILE", shown, "HIDDEN_FILE", hidden))
                            .exposed())
                    .contains("SHOWN_FILE=" + shown)
                    .satisfies(exposed -> assertThat(exposed.contains("HIDDEN_FILE=" + hidden))
                            .isEqualTo(sandbox == Sandbox.NONE));
            assertThat(isolation.note(Map.of("HIDDEN_FILE", hidden)).exposed())
                    .noneMatch(text -> text.contains("SHOWN_FILE"));
        }
    }

    @Test
    void thePartsOfTheSandboxDoTheirWork() throws Exception {
        Path tests = Path.of(Objects.requireNonNull(getClass().getResource("sandbox_test.py"))
                .toURI());
        assertThat(run(tests, scripts.directory())).contains("Ran 31 tests").endsWith("OK\n");
    }
}
