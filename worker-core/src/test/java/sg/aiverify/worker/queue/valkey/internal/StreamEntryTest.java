package sg.aiverify.worker.queue.valkey.internal;

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
        StreamEntry entry =
                StreamEntry.of(List.of(bytes("1-0"), 3L, List.of(bytes("task"), bytes("{\"é\"}"), bytes("odd"))));

        assertThat(entry.isDeleted()).isFalse();
        assertThat(entry.delivery().flaw()).isNull();
        assertThat(entry.delivery().attempt()).isEqualTo(3);
        assertThat(entry.delivery().payload()).isEqualTo("{\"é\"}");
    }

    @Test
    void anEntryWithoutOneBecomesADeliveryOfAllItsFieldsAndOneThatIsGoneOfNothing() {
        StreamEntry other = StreamEntry.of(List.of("2-0", 1L, List.of("field", "value", "o\u0007dd", "")));
        StreamEntry gone = StreamEntry.of(Arrays.asList("3-0", 1L, null));

        assertThat(other.isDeleted()).isFalse();
        assertThat(gone.isDeleted()).isTrue();
        assertThat(other.delivery().flaw()).isEqualTo("the entry has no field 'task'; its fields are field, odd");
        assertThat(other.delivery().payload()).isEqualTo("{\"field\":\"value\",\"o\\u0007dd\":\"\"}");
        assertThat(gone.delivery().payload()).isEmpty();
    }

    @Test
    void aReplyThatIsNotAListIsRejectedAndShown() {
        assertThatThrownBy(() -> RecoveredEntry.of("OK"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the server must return a list, but returned OK");
        assertThatThrownBy(() -> StreamEntry.list(null)).hasMessageContaining("but returned null");
    }
}
