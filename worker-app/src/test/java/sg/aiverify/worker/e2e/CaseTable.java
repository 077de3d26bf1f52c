package sg.aiverify.worker.e2e;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/** Counts the results of cases by mode and prints them as a table when all have run. */
final class CaseTable implements TestWatcher, AfterAllCallback {
    private static final Map<String, Map<String, Count>> COUNTS = new LinkedHashMap<>();
    private static final Set<String> MODES = new LinkedHashSet<>();

    private static final class Count {
        private int passed;
        private int failed;
        private boolean notOffered;

        @Override
        public String toString() {
            String run = failed > 0 ? failed + " of " + (passed + failed) + " FAILED" : passed + " passed";
            return notOffered ? run + ": not in force, as said at start" : run;
        }
    }

    private static boolean notOffered;

    /** Records that the current case checks the behaviour without the protection; always returns false. */
    static boolean notOffered() {
        notOffered = true;
        return false;
    }

    @Override
    public void testSuccessful(ExtensionContext context) {
        Count count = count(context);
        count.passed++;
        count.notOffered = notOffered;
        notOffered = false;
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        count(context).failed++;
        notOffered = false;
    }

    private static Count count(ExtensionContext context) {
        String name = context.getRequiredTestClass().getSimpleName() + ": "
                + context.getRequiredTestMethod()
                        .getName()
                        .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
                        .toLowerCase(java.util.Locale.ROOT);
        synchronized (COUNTS) {
            String mode = mode(context);
            MODES.add(mode);
            return COUNTS.computeIfAbsent(name, added -> new TreeMap<>()).computeIfAbsent(mode, added -> new Count());
        }
    }

    /** The name of the invocation of the outermost class. */
    private static String mode(ExtensionContext context) {
        String name = "";
        for (Optional<ExtensionContext> at = Optional.of(context);
                at.isPresent();
                at = at.get().getParent()) {
            for (SandboxMode mode : SandboxMode.values()) {
                if (at.get().getDisplayName().equals(mode.toString())) {
                    name = mode.toString();
                }
            }
        }
        return name;
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (context.getRequiredTestClass().isMemberClass() || !mode(context).isEmpty()) {
            return; // a nested class, or one mode of several
        }
        StringBuilder table = new StringBuilder("\n| case | " + String.join(" | ", MODES) + " |\n|---|");
        table.append("---|".repeat(MODES.size())).append('\n');
        synchronized (COUNTS) {
            COUNTS.forEach((name, counts) -> {
                table.append("| ").append(name).append(" |");
                MODES.forEach(mode -> table.append(' ')
                        .append(counts.containsKey(mode) ? counts.get(mode) : "not run")
                        .append(" |"));
                table.append('\n');
            });
            COUNTS.clear();
            MODES.clear();
        }
        System.out.println(table);
    }
}
