package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import sg.aiverify.worker.queue.Delivery;

class RunsInProgressTest {
    private final RunsInProgress runs = new RunsInProgress();

    @Test
    void runsAreNamedByTheirIdsOrByTheirEntriesAndManyAreCounted() {
        runs.add(new Delivery("1-0", 1, "{\"id\":\"2b5c9d1e-3f4a-4b6c-8d7e-9f0a1b2c3d4e\"}"), new StopSignal());
        assertThat(runs.names()).isEqualTo("2b5c9d1e-3f4a-4b6c-8d7e-9f0a1b2c3d4e");

        for (int entry = 2; entry <= 7; entry++) {
            runs.add(new Delivery(entry + "-0", 1, "no task"), new StopSignal());
        }
        assertThat(runs.names()).contains("-0, ").endsWith(" and 2 more");
    }
}
