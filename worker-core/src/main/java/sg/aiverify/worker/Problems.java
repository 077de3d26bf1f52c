package sg.aiverify.worker;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import sg.aiverify.worker.failure.ConfigurationException;

/** What is wrong with a configuration, gathered so that all of it is reported at once. Not thread-safe. */
final class Problems {
    private final Set<String> sentences = new LinkedHashSet<>();

    void add(String sentence) {
        sentences.add(sentence);
    }

    void addAll(Collection<String> more) {
        sentences.addAll(more);
    }

    /** Does a step and keeps what it finds wrong; empty if it found something. */
    <T> Optional<T> in(Supplier<T> step) {
        try {
            return Optional.of(step.get());
        } catch (ConfigurationException e) {
            String.valueOf(e.getMessage()).lines().forEach(sentences::add);
            return Optional.empty();
        }
    }

    void throwIfAny() {
        if (!sentences.isEmpty()) {
            throw new ConfigurationException(List.copyOf(sentences));
        }
    }
}
