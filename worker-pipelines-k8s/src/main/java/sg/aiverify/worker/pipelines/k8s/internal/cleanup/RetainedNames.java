package sg.aiverify.worker.pipelines.k8s.internal.cleanup;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The names of objects that runs of this worker use and that no cleanup may delete. Thread-safe. */
final class RetainedNames {
    private final Set<String> names = ConcurrentHashMap.newKeySet();

    Retention add(String name) {
        names.add(name);
        return () -> names.remove(name);
    }

    boolean contains(String name) {
        return names.contains(name);
    }

    Set<String> copy() {
        return Set.copyOf(names);
    }
}
