package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** A worker in its own process, for tests that kill it during a run. */
record KilledWorker(Process process, Path log, Path temporary) {
    /**
     * Starts a worker with one run.
     *
     * @param module kubectl_run or kubectl_run2
     * @param data the worker's data directory
     * @param own an existing directory of the process
     * @param settings the settings of the worker
     * @param run image, task, the algorithm's body, and a file to copy in
     */
    static KilledWorker start(String module, Path data, Path own, Map<String, String> settings, List<String> run)
            throws IOException {
        Path temporary = Files.createDirectory(own.resolve("tmp"));
        Path log = own.resolve("log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                KilledWorkerMain.class.getName(),
                module,
                data.toString(),
                own.toString()));
        command.addAll(run);
        settings.forEach((name, value) -> command.add(name + "=" + value));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new KilledWorker(process, log, temporary);
    }

    /**
     * Kills the worker when its run has reached a phase.
     *
     * @param phase returns whether the run has reached the phase
     * @param delay the time to wait after that, different each time
     */
    void killIn(Callable<Boolean> phase, Duration delay) throws Exception {
        try {
            await().atMost(RealCluster.PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> {
                        assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
                        return phase.call();
                    });
            await().pollDelay(delay).until(() -> true);
            assertThat(process.isAlive()).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(128 + 9);
    }
}
