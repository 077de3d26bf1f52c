package sg.aiverify.worker.testkit.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** The faults that have not happened yet. A request is affected by the oldest fault that matches it. Thread-safe. */
final class Faults {
    private final List<Fault> faults = new ArrayList<>();
    private BiFunction<String, String, Optional<Fault>> plan = (method, path) -> Optional.empty();

    synchronized void add(Fault fault) {
        faults.add(fault);
    }

    synchronized void plan(BiFunction<String, String, Optional<Fault>> others) {
        plan = others;
    }

    synchronized void clear() {
        plan((method, path) -> Optional.empty());
        faults.clear();
    }

    synchronized Optional<Fault> next(String method, String path) {
        for (int i = 0; i < faults.size(); i++) {
            Fault fault = faults.get(i);
            if (fault.hits(method, path)) {
                if (fault.times() == 1) {
                    faults.remove(i);
                } else {
                    faults.set(i, fault.times(fault.times() - 1));
                }
                return Optional.of(fault);
            }
        }
        return plan.apply(method, path);
    }
}
