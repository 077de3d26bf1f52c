package sg.aiverify.worker.app.demo.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.app.demo.DemoRun;
import sg.aiverify.worker.app.demo.Demonstration;
import sg.aiverify.worker.app.demo.Presentation;
import sg.aiverify.worker.app.terminal.CapturedTerminal;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.gateway.RunStatus;

/** The whole demonstration: a real queue, real Python, the strict gateway. */
@Tag("slow")
class SampleDemonstrationTest {
    @TempDir
    Path directory;

    @Test
    void everyRunEndsAsExpectedWhateverQueueAndModulesTheOperatorHasSet() throws Exception {
        CapturedTerminal captured = CapturedTerminal.pipe();
        List<String> steps = new ArrayList<>();
        Settings settings = Settings.of(Map.of(
                "TEWORKER_DATA_DIR", directory.toString(),
                "VALKEY_HOST_ADDRESS", "nowhere.invalid",
                "VALKEY_USERNAME", "somebody",
                "PIPELINE_BUILD", "docker_build"));

        List<DemoRun> runs;
        try (Demonstration demonstration =
                new SampleDemonstration.Start().start(settings, System.getenv(), steps::add)) {
            runs = demonstration.runs();
            boolean asExpected = new Presentation(
                            captured.terminal(),
                            Duration.ofMinutes(10),
                            System::nanoTime,
                            pause -> Thread.sleep(pause.toMillis()))
                    .show(runs);
            assertThat(asExpected).as(captured.out()).isTrue();
            assertPicture(runs);
        }

        assertThat(runs)
                .extracting(DemoRun::expected)
                .contains(RunStatus.SUCCESS, RunStatus.ERROR, RunStatus.CANCELLED);
        assertThat(captured.out())
                .contains("accuracy 0.", "chart permutation_importance.png", "105 rows, 5 duplicate", "no_such_column")
                .doesNotContain("an unexpected output");
        assertThat(steps).isNotEmpty();
    }

    /** The picture in the documentation shows these runs, with the figures and times of an earlier demo. */
    private static void assertPicture(List<DemoRun> runs) throws IOException {
        // A result may be wrapped, and a long one is shortened.
        String picture =
                comparable(Files.readString(Path.of("..", "docs", "demo.svg")).replaceAll("<[^>]*>", ""));
        assertThat(runs)
                .allSatisfy(run -> assertThat(picture)
                        .as("docs/demo.svg, which demo_picture.py draws")
                        .contains(comparable(run.name() + run.status().name().toLowerCase(Locale.ROOT)))
                        .contains(comparable(beginning(run.summary()))));
    }

    private static String beginning(String text) {
        return text.lines()
                .findFirst()
                .map(line -> line.substring(0, Math.min(line.length(), 60)))
                .orElse("");
    }

    private static String comparable(String text) {
        return text.replaceAll("\\s", "").replaceAll("\\d+", "0");
    }
}
