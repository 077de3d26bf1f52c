package sg.aiverify.worker.python;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SupervisorOutputTest {
    private final List<String> lines = new ArrayList<>();
    private final SupervisorOutput output = new SupervisorOutput(lines::add);

    private void write(String line) {
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        output.write(bytes, 0, bytes.length);
    }

    @Test
    void killsForMemoryAreKnownWhereTheyWereCounted() {
        assertThat(output.killsForMemory()).isEmpty();

        write("{\"event\": \"exited\", \"signal\": \"SIGKILL\", \"oom_kills\": 2}");
        assertThat(output.killsForMemory()).hasValue(2);
        assertThat(output.ending()).contains(new SupervisedProcess.Ending(-1, "SIGKILL"));

        write("{\"event\": \"exited\", \"code\": 1, \"oom_kills\": 0}");
        assertThat(output.killsForMemory()).hasValue(0);

        write("{\"event\": \"exited\", \"code\": 1, \"oom_kills\": -1}");
        assertThat(output.killsForMemory()).isEmpty();

        write("{\"event\": \"exited\", \"code\": 1}");
        assertThat(output.killsForMemory()).isEmpty();
        assertThat(lines).isEmpty();
    }

    @Test
    void aCountThatIsNoNumberMakesNoEnd() {
        write("{\"event\": \"exited\", \"code\": 1, \"oom_kills\": \"many\"}");

        assertThat(output.ending()).isEmpty();
        assertThat(lines).hasSize(1);
    }
}
