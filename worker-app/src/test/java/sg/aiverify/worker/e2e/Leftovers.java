package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import sg.aiverify.worker.testkit.gateway.StrictGateway;
import sg.aiverify.worker.testkit.gateway.ValkeyTaskSink;

/** Remains of a hostile run that must not exist: entries, processes, files, the password in readable files. */
final class Leftovers {
    private final WorkerProcess worker;
    private final StrictGateway gateway;
    private final ValkeyProbe probe;
    private final Path data;
    private final Path temporary;

    Leftovers(WorkerProcess worker, StrictGateway gateway, ValkeyProbe probe, Path data, Path temporary) {
        this.worker = worker;
        this.gateway = gateway;
        this.probe = probe;
        this.data = data;
        this.temporary = temporary;
    }

    /** Waits until the worker has cleaned up, and also checks its log since the last time. */
    void assertNone(String log) {
        assertThat(worker.isAlive()).as(log).isTrue();
        await().atMost(Scene.PATIENCE).ignoreExceptions().untilAsserted(() -> {
            assertThat(probe.length(ValkeyTaskSink.STREAM)).isZero();
            assertThat(probe.pending()).isZero();
            assertThat(OsProcess.mentioning(data.resolve("runs").toString())).isEmpty();
            assertThat(files(data.resolve("runs"))).noneMatch(file -> file.contains("run-"));
            assertThat(files(data.resolve("cache/tmp"))).allMatch(file -> !file.contains("/"));
            assertThat(files(temporary)).isEmpty();
        });
        assertThat(gateway.breaches()).isEmpty();
        assertNobodySawTheSecret(log);
    }

    private void assertNobodySawTheSecret(String log) {
        assertThat(log.lines().filter(line -> line.contains(HostileScene.SECRET) || line.contains("OutOfMemoryError")))
                .isEmpty();
        assertThat(log.chars().filter(c -> Character.isISOControl(c) && c != '\n' && c != '\t'))
                .as("control characters in the worker's log")
                .isEmpty();
        assertThat(gateway.runs()).allSatisfy(run -> {
            String told = String.valueOf(run.errorMessage());
            assertThat(told).doesNotContain(HostileScene.SECRET);
            assertThat(told.chars().filter(c -> Character.isISOControl(c) && c != '\n' && c != '\t'))
                    .as("control characters in %s", told)
                    .isEmpty();
        });
        assertThat(String.valueOf(probe.call("XRANGE", ValkeyProbe.DEAD_LETTERS, "-", "+")))
                .doesNotContain(HostileScene.SECRET);
    }

    private static List<String> files(Path root) {
        try (Stream<Path> walk = Files.walk(root)) {
            return walk.filter(path -> !path.equals(root) && Files.exists(path, LinkOption.NOFOLLOW_LINKS))
                    .map(path -> root.relativize(path).toString())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
