package sg.aiverify.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.task.Task;

class RunContextTest {
    /** What a test of a module has to write at least. */
    private static final class Least implements RunContext {
        @Override
        public Task task() {
            throw new AssertionError("not asked for");
        }

        @Override
        public int attempt() {
            return 1;
        }

        @Override
        public Path workDirectory() {
            throw new AssertionError("not asked for");
        }

        @Override
        public Cancellation cancellation() {
            throw new AssertionError("not asked for");
        }

        @Override
        public void progress(int percent) {}

        @Override
        public void closeAtEnd(AutoCloseable resource) {}
    }

    @Test
    void whatARunTellsBesideItsProgressNeedNotBeHeard() {
        RunContext run = new Least();

        run.note(RunNote.warning("something"));
        run.serviceFails("gateway", "takes nothing");
        run.serviceWorks("gateway");

        assertThat(run.confirm()).isTrue();
    }
}
