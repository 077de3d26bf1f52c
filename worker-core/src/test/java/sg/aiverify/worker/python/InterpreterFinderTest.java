package sg.aiverify.worker.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.ConfigurationException;

class InterpreterFinderTest {
    @TempDir
    Path directory;

    private PythonInterpreter find(Map<String, String> settings) throws InterruptedException {
        return new InterpreterFinder(PythonScripts.ofCore(directory), System.getenv()).find(Settings.of(settings));
    }

    private String fake(String name, String script) throws IOException {
        Path file = Files.writeString(
                Files.createDirectories(directory.resolve("bin")).resolve(name), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file.toString();
    }

    @Test
    void findsASuitablePythonOnThePath() throws InterruptedException {
        PythonInterpreter found = find(Map.of());
        assertThat(found.version()).matches("3\\.1[0-2]\\.\\d+");
        assertThat(found.executable()).isAbsolute().isExecutable();
        assertThat(found.sitePaths()).allMatch(Files::isDirectory);
        assertThat(found.fingerprint()).hasSize(64).isEqualTo(find(Map.of()).fingerprint());
    }

    @Test
    void reportsTheSearchPathOfSharedLibraries() throws InterruptedException {
        Map<String, String> variables = new TreeMap<>(System.getenv());
        variables.put("LD_LIBRARY_PATH", directory + "::/nowhere/at/all");

        PythonInterpreter found =
                new InterpreterFinder(PythonScripts.ofCore(directory), variables).find(Settings.of(Map.of()));

        assertThat(found.libraries()).contains(directory).doesNotContain(Path.of("/nowhere/at/all"));
    }

    @Test
    void refusesAVersionThatTheEngineDoesNotRunOn() throws IOException {
        String python = fake("python", "echo '{\"version\": \"3.13.0\", \"executable\": \"/usr/bin/python3.13\"}'");
        assertThatThrownBy(() -> find(Map.of("PYTHON", python)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("PYTHON=" + python + ": is Python 3.13.0. Python 3.10, 3.11 or 3.12 is needed");
    }

    @Test
    void refusesAShimOfAVersionThatIsNotInstalled() throws IOException {
        String shim = fake("python3.12", "echo 'command not found' >&2; exit 127");
        assertThatThrownBy(() -> find(Map.of("PYTHON", shim)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("ended with exit code 127");
    }

    @Test
    void refusesWhatIsNotThereAndWhatIsNoPython() throws IOException {
        assertThatThrownBy(() -> find(Map.of("PYTHON", "/nowhere/python")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("PYTHON=/nowhere/python: no such file. Python");
        String other = fake("other", "echo hello");
        assertThatThrownBy(() -> find(Map.of("PYTHON", other)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("PYTHON=" + other
                        + ": runs, but does not behave like Python. Python 3.10, 3.11 or 3.12 is needed");
        String empty = fake("empty", "echo '{}'");
        assertThatThrownBy(() -> find(Map.of("PYTHON", empty)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("does not behave like Python");
    }

    @Test
    void aNameIsLookedUpOnThePathThatTheWorkerWasGiven() {
        assertThatThrownBy(() -> find(Map.of("PYTHON", "python9")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("PYTHON=python9: not found on the PATH. Python");
        PythonScripts scripts = PythonScripts.ofCore(directory);
        assertThatThrownBy(() -> new InterpreterFinder(scripts, Map.of()).find(Settings.of(Map.of())))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(
                        "Could not search for python3: the variable PATH is not set in the worker's environment. Set"
                                + " PYTHON to the path of an interpreter, or set PATH");
    }

    @Test
    void refusesADirectoryFromWhichNoCodeCanBeLoaded() throws Exception {
        PythonScripts scripts = PythonScripts.ofCore(directory);
        PythonInterpreter found =
                new InterpreterFinder(scripts, System.getenv()).find(Settings.of(Map.of()), directory);
        String mounted = "mount -t tmpfs -o noexec tmpfs \"$1\"";
        Path mount = Files.createDirectory(directory.resolve("mount"));
        assumeTrue(
                run("unshare", "-rm", "sh", "-c", mounted, "sh", mount.toString()) == 0,
                "needs mounts in a user namespace: the kernel refuses them");
        String python = fake(
                "python",
                "exec unshare -rm sh -c '" + mounted + " && shift && exec \"$@\"' sh " + mount + " "
                        + found.executable() + " \"$@\"");
        Settings settings = Settings.of(Map.of("PYTHON", python));

        assertThatThrownBy(() -> new InterpreterFinder(scripts, System.getenv()).find(settings, mount))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("No compiled code can be loaded from " + mount + ": it is mounted noexec. Many packages"
                        + " contain such code. Set TEWORKER_DATA_DIR to a directory on another file system, or mount"
                        + " this one without noexec");
        assertThat(new InterpreterFinder(scripts, System.getenv())
                        .find(settings)
                        .executable())
                .isEqualTo(found.executable());
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    @Test
    void recognisesAVirtualEnvironment() throws Exception {
        Path environment = directory.resolve("venv");
        PythonInterpreter base = find(Map.of());
        Process process = new ProcessBuilder(
                        base.executable().toString(), "-m", "venv", "--without-pip", environment.toString())
                .inheritIO()
                .start();
        assertThat(process.waitFor()).isZero();
        PythonInterpreter found =
                find(Map.of("PYTHON", environment.resolve("bin/python").toString()));
        assertThat(found.prefix()).isNotEqualTo(found.basePrefix());
        assertThat(found.distributions()).isEmpty();
        assertThat(found.fingerprint()).isNotEqualTo(base.fingerprint());
    }
}
