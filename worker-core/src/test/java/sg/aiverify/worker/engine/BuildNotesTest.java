package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.ScriptedPipeline;
import sg.aiverify.worker.listener.RunListener;
import sg.aiverify.worker.listener.internal.RunListeners;
import sg.aiverify.worker.run.RunNote;
import sg.aiverify.worker.run.Waiting;
import sg.aiverify.worker.run.internal.DaemonThreads;
import sg.aiverify.worker.stage.Stage;

class BuildNotesTest {
    @TempDir
    Path directory;

    @Test
    void aLongBuildPublishesNotesWhileItRuns() throws InterruptedException {
        ScriptedPipeline scripted = new ScriptedPipeline();
        BlockingQueue<RunNote> notes = new LinkedBlockingQueue<>();
        RunListener listener = new RunListener() {
            @Override
            public void noted(String run, RunNote note) {
                notes.add(note);
            }
        };
        ScheduledExecutorService timer = DaemonThreads.timer("timer", 1);
        Slots slots = new Slots(1);
        slots.takeOne();
        try {
            StageCalls calls = new StageCalls(
                    scripted.pipeline(directory),
                    new EngineSettings(1, 1, Map.of()),
                    new ServiceBreaker(),
                    timer,
                    Waiting.AS_PLANNED,
                    new RunListeners(List.of(listener)),
                    Duration.ofMillis(5));
            Attempt attempt = Attempt.inProcess(scripted.task("{}"), new StopSignal(), slots.slot());

            RunNote first = calls.run(attempt, Stage.PIPELINE_BUILD, () -> notes.poll(20, TimeUnit.SECONDS));

            assertThat(first).isEqualTo(RunNote.step("Still building the environment, after 0 s"));
        } finally {
            timer.shutdownNow();
        }
    }
}
