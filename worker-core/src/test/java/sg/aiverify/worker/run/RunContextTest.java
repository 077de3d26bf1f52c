package sg.aiverify.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.task.Task;

class RunContextTest {
    /** The methods that a test of a module must implement. */
    private static final class Minimal implements RunContext {
        @Override
        public Task task() {
            throw new AssertionError("not needed");
        }

        @Override
        public int attempt() {
            return 1;
        }

        @Override
        public Path workDirectory() {
            throw new AssertionError("not needed");
        }

        @Override
        public Cancellation cancellation() {
            throw new AssertionError("not needed");
        }

        @Override
        public void progress(int percent) {}

        @Override
        public void closeAtEnd(AutoCloseable resource) {}
    }

    @Test
    void aContextCanIgnoreNotesAndReportsAboutServices() {
        RunContext run = new Minimal();

        run.note(RunNote.warning("something"));
        run.serviceFails("gateway", "takes nothing");
        run.serviceWorks("gateway");

        assertThat(run.confirm()).isTrue();
    }
}
