package sg.aiverify.worker.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.run.RunNote;

class RunnerEventsTest {
    private static final SupervisedProcess.Ending WELL = new SupervisedProcess.Ending(0, null);

    @TempDir
    Path work;

    private final List<Integer> progress = new ArrayList<>();
    private final List<RunNote> notes = new ArrayList<>();
    private final RunnerEvents events = new RunnerEvents(Clock.systemUTC(), progress::add, notes::add);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "plain text",
                "{\"event\": null}",
                "{\"event\": {}}",
                "{\"event\": \"progress\"}",
                "{\"event\": \"progress\", \"percent\": \"many\"}",
                "{\"event\": \"progress\", \"percent\": 101}",
                "{\"event\": \"progress\", \"percent\": -1}",
                "{\"event\": \"artifact\"}",
                "{\"event\": \"artifact\", \"name\": {}}",
                "{\"event\": \"error\"}",
                "{\"event\": \"warning\"}",
                "{\"event\": \"warning\", \"text\": []}",
                "{\"event\": \"unknown\"}",
            })
    void leavesOutWhatIsNoEvent(String line) {
        events.accept("{\"event\": \"started\"}");
        events.accept(line);
        assertThat(progress).isEmpty();
        assertThatThrownBy(() -> events.output(work, WELL, "", 1)).hasMessageContaining("Output zip not generated");
    }

    @Test
    void anEndWithoutResultIsAnErrorOrAMissingOutput() {
        events.accept("{\"event\": \"started\"}");
        assertThatThrownBy(() -> events.output(work, WELL, "", 1))
                .hasMessage("Output zip not generated: the process exited with code 0 before it returned a result");
        assertThatThrownBy(() -> events.output(work, new SupervisedProcess.Ending(7, null), "", 1))
                .hasMessage("Error executing algorithm: the process exited with code 7 before it returned a result");
    }

    @Test
    void pathsIntoTheWorkersCacheAreShort() {
        String path = "/data/cache/entries/environments/" + "0123456789abcdef".repeat(4)
                + "/content/lib/python3.11/site-packages/colorama/__init__.py";
        events.accept("{\"event\": \"warning\", \"text\": \"odd: " + path + "\"}");
        events.accept("{\"event\": \"error\", \"text\": \"ImportError: x of (" + path + ")\"}");

        assertThat(events.warnings()).containsExactly("odd: colorama/__init__.py");
        assertThatThrownBy(() -> events.output(work, WELL, "", 1))
                .hasMessage("Failed to run algorithm: ImportError: x of (colorama/__init__.py)");
    }

    @Test
    void keepsSomeWarnings() {
        for (int i = 0; i < 100; i++) {
            events.accept("{\"event\": \"warning\", \"text\": \"" + i + "x".repeat(i * 100) + "\"}");
        }

        assertThat(events.warnings())
                .hasSize(50)
                .startsWith("0", "1" + "x".repeat(100))
                .allMatch(text -> text.length() < 4200);
        assertThat(notes).isEmpty();
        assertThatThrownBy(() -> events.output(work, new SupervisedProcess.Ending(1, null), "", 1))
                .isInstanceOf(StageException.class);
        assertThat(notes)
                .extracting(RunNote::kind, RunNote::text)
                .hasSize(50)
                .contains(tuple(RunNote.Kind.WARNING, "0"));
    }

    @Test
    void keepsOnlyArtifactsThatLieInTheirDirectory() throws IOException {
        Path directory = Files.createDirectories(work.resolve(RunnerRequest.ARTIFACTS));
        Files.createDirectories(directory.resolve("images"));
        Files.writeString(directory.resolve("images/a.png"), "image");
        Files.writeString(work.resolve("outside.png"), "image");
        Files.createSymbolicLink(directory.resolve("link.png"), work.resolve("outside.png"));
        Files.createSymbolicLink(directory.resolve("linked"), work);
        Files.writeString(work.resolve(RunnerRequest.RESULT), "{}");
        for (String name : List.of(
                "images/a.png",
                "../../outside.png",
                "link.png",
                "linked/outside.png",
                "/etc/hostname",
                "none.png",
                "images",
                "a\\u0000b.png")) {
            events.accept("{\"event\": \"artifact\", \"name\": \"" + name + "\"}");
        }
        events.accept("{\"event\": \"result\"}");
        assertThat(events.output(work, WELL, "", 1).artifacts()).containsExactly("images/a.png");
        assertThat(notes)
                .extracting(RunNote::text)
                .containsExactly("Images of the result were left out, since they are no longer regular files:"
                        + " '../../outside.png', 'link.png', 'linked/outside.png', '/etc/hostname', 'none.png', 'images',"
                        + " 'a\u0000b.png'");
    }

    @Test
    void namesLongerThanAnyPathAreNotKept() {
        events.accept("{\"event\": \"artifact\", \"name\": \"" + "a".repeat(5000) + "\"}");
        events.accept("{\"event\": \"artifact\", \"name\": \"b.png\"}");

        assertThat(events.artifacts()).containsExactly("b.png");
    }

    @Test
    void refusesAFloodOfArtifacts() throws IOException {
        Files.writeString(work.resolve(RunnerRequest.RESULT), "{}");
        for (int i = 0; i < 20_000; i++) {
            events.accept("{\"event\": \"artifact\", \"name\": \"a.png\"}");
        }
        events.accept("{\"event\": \"result\"}");
        assertThatThrownBy(() -> events.output(work, WELL, "", 1))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("more than 10000 images");
    }

    @Test
    void namesThatAreLongTogetherAreNotKept() throws IOException {
        Files.writeString(work.resolve(RunnerRequest.RESULT), "{}");
        for (int i = 0; i < 1000; i++) {
            events.accept("{\"event\": \"artifact\", \"name\": \"" + "a".repeat(4000) + "\"}");
        }
        events.accept("{\"event\": \"result\"}");
        assertThat(events.artifacts()).hasSizeLessThan(600);
        assertThatThrownBy(() -> events.output(work, WELL, "", 1))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("more than 2097152 characters in total");
    }

    @Test
    void doesNotFollowALinkInPlaceOfTheResult() throws IOException {
        Files.createSymbolicLink(work.resolve(RunnerRequest.RESULT), Path.of("/etc/hostname"));
        events.accept("{\"event\": \"result\"}");
        assertThatThrownBy(() -> events.output(work, WELL, "", 1)).isInstanceOf(TaskFailedException.class);
    }

    @Test
    void memoryIsBlamedForAKillOnlyIfTheCauseIsUnknown() {
        SupervisedProcess.Ending killed = new SupervisedProcess.Ending(-1, "SIGKILL");
        assertThatThrownBy(() -> events.output(work, killed, "its last line", 1))
                .isInstanceOf(InfrastructureException.class)
                .hasMessage("Failed to run algorithm: its process was killed by SIGKILL, sent by the algorithm or by"
                        + " another process, or by the system because the machine's memory ran out; the cause is not"
                        + " known\nits last line");

        events.noteMemorySufficed();
        assertThatThrownBy(() -> events.output(work, killed, "", 2))
                .isInstanceOf(TaskFailedException.class)
                .hasMessage("Failed to run algorithm: its process was killed by SIGKILL, sent by the algorithm or by"
                        + " another process; its memory did not run out; not retried, since this was attempt 2");
    }

    @Test
    void whoKilledItLeavesTheGuessesAtTheKillOut() {
        SupervisedProcess.Ending killed = new SupervisedProcess.Ending(-1, "SIGKILL");
        assertThatThrownBy(() -> events.output(work, killed, "its last\nlines", 1))
                .satisfies(e ->
                        assertThat(RunnerEvents.withoutKill(e.getMessage())).isEqualTo("its last\nlines"));
        assertThatThrownBy(() -> events.output(work, killed, "", 1))
                .satisfies(e ->
                        assertThat(RunnerEvents.withoutKill(e.getMessage())).isEmpty());

        events.accept("{\"event\": \"error\", \"text\": \"ValueError: no\"}");
        assertThatThrownBy(() -> events.output(work, killed, "", 1))
                .satisfies(e ->
                        assertThat(RunnerEvents.withoutKill(e.getMessage())).isEqualTo(e.getMessage()));
    }

    @Test
    void aPythonThatDoesNotReachTheAlgorithmIsAnInfrastructureFailure() {
        assertThatThrownBy(() -> events.output(work, new SupervisedProcess.Ending(127, null), "cannot start", 1))
                .isExactlyInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith("Unexpected error during algorithm execute: ")
                .hasMessageEndingWith("cannot start");
    }
}
