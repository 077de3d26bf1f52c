package sg.aiverify.worker.plugin.internal;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Calls code of a plug-in with the plug-in's class loader as the thread's context class loader. */
final class PluginCalls {
    private PluginCalls() {}

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
