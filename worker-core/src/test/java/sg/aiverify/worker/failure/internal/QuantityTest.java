package sg.aiverify.worker.failure.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QuantityTest {
    @Test
    void oneIsNotSeveral() {
        assertThat(Quantity.of(1, "run")).isEqualTo("1 run");
        assertThat(Quantity.of(0, "run")).isEqualTo("0 runs");
        assertThat(Quantity.of(1, "entry", "entries")).isEqualTo("1 entry");
        assertThat(Quantity.of(2, "entry", "entries")).isEqualTo("2 entries");
    }
}
