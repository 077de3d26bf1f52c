package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.pipeline.Pipe;
import sg.aiverify.worker.pipeline.Stage;
import sg.aiverify.worker.report.RunListener;
import sg.aiverify.worker.report.RunListeners;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.run.Waiting;

class SignsOfLifeTest {
    @Test
    void anEnvironmentThatTakesLongIsHeardOfWhileItIsBuilt() throws InterruptedException {
        BlockingQueue<RunNote> notes = new LinkedBlockingQueue<>();
        RunListener listener = new RunListener() {
            @Override
            public void noted(String run, RunNote note) {
                notes.add(note);
            }
        };
        ScheduledExecutorService timer = EngineThreads.timer("timer", 1);
        try {
            StageRunner stages = new StageRunner(
                    new EngineSettings(1, 1, Map.of()),
                    new ServiceBreaker(),
                    timer,
                    Waiting.AS_PLANNED,
                    new RunListeners(List.of(listener)),
                    Duration.ofMillis(5));

            RunNote first = stages.run(
                    Stage.PIPELINE_BUILD,
                    new Pipe() {},
                    new Flight(),
                    new StageRunner.Position("run"),
                    () -> notes.poll(20, TimeUnit.SECONDS));

            assertThat(first).isEqualTo(RunNote.step("Still building its environment, after 0 s"));
        } finally {
            timer.shutdownNow();
        }
    }
}
