package sg.aiverify.worker.queue.valkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamEntryTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void anEntryWithATaskBecomesADeliveryOfIt() {
        StreamEntry entry = StreamEntry.ofRecovery(
                        List.of(List.of(bytes("1-0"), 3L, List.of(bytes("task"), bytes("{\"é\"}"), bytes("odd")))))
                .get(0);

        assertThat(entry.hasTask()).isTrue();
        assertThat(entry.isDeleted()).isFalse();
        assertThat(entry.fieldNames()).containsExactly("task");
        assertThat(entry.delivery().attempt()).isEqualTo(3);
        assertThat(entry.delivery().payload()).isEqualTo("{\"é\"}");
    }

    @Test
    void anEntryWithoutOneBecomesADeliveryOfAllItsFieldsAndOneThatIsGoneOfNothing() {
        StreamEntry other = StreamEntry.ofRecovery(List.of(List.of("2-0", 1L, List.of("field", "value"))))
                .get(0);
        StreamEntry gone =
                StreamEntry.ofRecovery(List.of(Arrays.asList("3-0", 1L, null))).get(0);

        assertThat(other.hasTask() || gone.hasTask() || other.isDeleted()).isFalse();
        assertThat(gone.isDeleted()).isTrue();
        assertThat(gone.fieldNames()).isEmpty();
        assertThat(other.delivery().payload()).isEqualTo("{\"field\":\"value\"}");
        assertThat(gone.delivery().payload()).isEmpty();
    }

    @Test
    void anAnswerOfAnotherShapeIsNamed() {
        assertThatThrownBy(() -> StreamEntry.ofRecovery("OK"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a list was expected from the server, not OK");
        assertThatThrownBy(() -> StreamEntry.list(null)).hasMessageContaining("not null");
    }
}
