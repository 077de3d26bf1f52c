package sg.aiverify.worker;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import sg.aiverify.worker.failure.ConfigurationException;

/** Collects the problems of a configuration, so that all of them are reported at once. Not thread-safe. */
final class Problems {
    private final Set<String> sentences = new LinkedHashSet<>();

    void add(String sentence) {
        sentences.add(sentence);
    }

    void addAll(Collection<String> more) {
        sentences.addAll(more);
    }

    /** Runs a step and collects its problems. Returns the step's result; empty if there is a problem. */
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
