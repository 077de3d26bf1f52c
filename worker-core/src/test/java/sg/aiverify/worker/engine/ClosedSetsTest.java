package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A case without a kind of its own would be settled like another, and no compiler would say so. */
class ClosedSetsTest {
    @Test
    void eachCaseHasAKindOfItsName() {
        assertThat(names(Outcome.class)).containsExactlyInAnyOrderElementsOf(words(Outcome.Kind.values()));
        assertThat(names(Settlement.class)).containsExactlyInAnyOrderElementsOf(words(Settlement.Kind.values()));
    }

    private static Iterable<String> names(Class<?> set) {
        return Arrays.stream(set.getPermittedSubclasses())
                .map(each -> each.getSimpleName()
                        .replaceAll("(?<=[a-z])(?=[A-Z])", "_")
                        .toUpperCase(Locale.ROOT))
                .toList();
    }

    private static Iterable<String> words(Enum<?>[] kinds) {
        return Stream.of(kinds).map(Enum::name).toList();
    }
}
