package sg.aiverify.worker.pipelines.venv;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import sg.aiverify.worker.isolation.Sandbox;
import sg.aiverify.worker.testkit.python.EngineInterpreter;

/** Packages that attack while an environment is built, or leave something harmful in it. */
class HostileBuildTest extends HostilePackages {
    /** Old versions of uv write a package's scripts to any path that their names contain. */
    @Test
    void anOldUvIsNotUsed() throws Exception {
        offerUv("0.11.14", "echo >>'" + escaped + "'");
        plugin.requiring("missing");

        assertRefused(Sandbox.NONE, "pip ended with exit code");
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

    /** Otherwise runs would need root to read it. */
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

    /** pip 24.0 to 26.2 writes a script to any path that its name contains. */
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

                assertRefused(sandbox, "is not a name of a script");
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

        assertRefused(sandbox, "a package left ");
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
}
