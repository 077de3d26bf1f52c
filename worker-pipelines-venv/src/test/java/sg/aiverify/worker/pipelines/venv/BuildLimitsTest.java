package sg.aiverify.worker.pipelines.venv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.isolation.Sandbox;

/** Limits of requirements, and of the memory that reading and installing them may take. */
class BuildLimitsTest extends HostilePackages {
    /** They become arguments of a command; no argument may be longer than 128 KiB. */
    @ParameterizedTest
    @CsvSource({"1, 130000, a requirement of 130009 characters", "1001, 1, 1001 requirements"})
    void requirementsThatAreManyOrLongAreRefused(int count, int letters, String words) {
        plugin.requiring(IntStream.range(0, count)
                .mapToObj(i -> "a%02d==1.0+".formatted(i) + "a".repeat(letters))
                .toArray(String[]::new));

        assertRefused(Sandbox.NONE, words);
    }

    /** Python stores each prefix of a name, a gigabyte here. */
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

    /** The description of a package of a few hundred kilobytes can need gigabytes when it is read. */
    @WithAndWithoutSandbox
    void memoryOfAnInstallerIsLimited(Sandbox sandbox) throws Exception {
        offerUv("0.13.0", "echo \"limit $(ulimit -d)\" >&2; exit 1");
        plugin.requiring("missing");

        assertRefused(sandbox, "uv ended with exit code 1", "limit 4194304");
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
                .hasMessage("Failed to install packages: it ran out of memory: the limit is 400 MiB, set by"
                        + " TEWORKER_TASK_MEMORY_MB");
    }
}
