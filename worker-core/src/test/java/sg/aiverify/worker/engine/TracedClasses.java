package sg.aiverify.worker.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.TreeSet;
import org.jacoco.core.data.ExecutionDataStore;
import org.jacoco.core.data.SessionInfoStore;
import org.jacoco.core.instr.Instrumenter;
import org.jacoco.core.runtime.LoggerRuntime;
import org.jacoco.core.runtime.RuntimeData;

/** Loads the worker's classes anew, and notes in which of them code runs. */
final class TracedClasses extends ClassLoader implements AutoCloseable {
    private static final String OURS = "sg.aiverify.worker.";

    private final LoggerRuntime runtime = new LoggerRuntime();
    private final RuntimeData data = new RuntimeData();
    private final Instrumenter instrumenter = new Instrumenter(runtime);

    TracedClasses(ClassLoader parent) throws Exception {
        super(parent);
        runtime.startup(data);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(OURS)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (file == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] bytes = instrumenter.instrument(file, name);
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Forgets what has run so far. */
    void reset() {
        data.reset();
    }

    /** Lists the classes of which code has run since the last reset, by their full names. */
    Set<String> run() {
        ExecutionDataStore store = new ExecutionDataStore();
        data.collect(store, new SessionInfoStore(), false);
        Set<String> names = new TreeSet<>();
        store.getContents().stream()
                .filter(content -> content.hasHits())
                .forEach(content -> names.add(content.getName().replace('/', '.')));
        return names;
    }

    @Override
    public void close() {
        runtime.shutdown();
    }
}
