package sg.aiverify.worker.run.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResourceStackTest {
    private final List<String> closed = new ArrayList<>();
    private final ResourceStack stack = new ResourceStack();

    @Test
    void theLastIsClosedFirstAndAFailureHoldsBackNoOther() {
        stack.add(() -> closed.add("first"));
        stack.add(() -> {
            throw new IllegalStateException("cannot be closed");
        });
        stack.add(() -> closed.add("last"));

        stack.close();

        assertThat(closed).containsExactly("last", "first");
    }

    @Test
    void whatClosingThrowsAfterAFailureIsAddedToIt() {
        Exception failure = new Exception("why they are closed");
        stack.add(() -> closed.add("first"));
        stack.add(() -> {
            throw new IllegalStateException("cannot be closed");
        });

        stack.closeAfter(failure);

        assertThat(closed).containsExactly("first");
        assertThat(failure.getSuppressed())
                .singleElement()
                .extracting(Throwable::getMessage)
                .isEqualTo("cannot be closed");
    }
}
