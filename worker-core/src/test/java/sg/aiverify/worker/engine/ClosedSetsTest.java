package sg.aiverify.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each sub-type needs its own kind: otherwise it is settled like another one, and the compiler does not notice. */
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
