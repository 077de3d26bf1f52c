package sg.aiverify.worker.plugin.internal;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Calls code of a plug-in with its own class loader as the thread's context. */
final class ForeignCalls {
    private ForeignCalls() {}

    static <T> T in(@Nullable ClassLoader loader, Supplier<T> call) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return call.get();
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
