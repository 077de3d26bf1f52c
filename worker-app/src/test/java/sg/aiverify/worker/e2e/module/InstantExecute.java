package sg.aiverify.worker.e2e.module;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import sg.aiverify.worker.pipeline.AlgorithmOutput;
import sg.aiverify.worker.pipeline.Environment;
import sg.aiverify.worker.pipeline.ExecutePipe;
import sg.aiverify.worker.pipeline.Execution;
import sg.aiverify.worker.run.RunContext;

/** Gives the process's id, and from when to when it ran, in milliseconds since 1970. */
final class InstantExecute implements ExecutePipe<Environment> {
    private final Clock clock;
    private final Duration time;

    InstantExecute(Clock clock, Duration time) {
        this.clock = clock;
        this.time = time;
    }

    @Override
    public Class<Environment> environmentType() {
        return Environment.class;
    }

    @Override
    public AlgorithmOutput execute(Execution<Environment> execution, RunContext run) throws InterruptedException {
        Instant start = clock.instant();
        run.cancellation().sleep(time);
        Path output = run.workDirectory().resolve("instant.json");
        try {
            Files.writeString(
                    output,
                    "{\"message\": \"instant\", \"process\": %d, \"from\": %d, \"to\": %d}"
                            .formatted(
                                    ProcessHandle.current().pid(),
                                    start.toEpochMilli(),
                                    clock.instant().toEpochMilli()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new AlgorithmOutput(output, run.workDirectory(), List.of(), start, time);
    }
}
