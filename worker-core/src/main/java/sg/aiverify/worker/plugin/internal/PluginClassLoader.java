package sg.aiverify.worker.plugin.internal;

import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.stage.ModuleProvider;

/**
 * Loads classes from the plug-in first. From the worker, loads only the types of the SPI. Internal types of the worker
 * are hidden from plug-ins. Only the modules on the worker's class path can use these internal types.
 */
final class PluginClassLoader extends URLClassLoader {
    private static final String OWN = "sg.aiverify.worker.";

    /** The packages that plug-ins and the worker must share: the SPI, the types in its signatures, and logging. */
    private static final List<String> SHARED =
            List.of("java.", "javax.", "jdk.", OWN, "com.google.gson.", "org.apache.logging.log4j.", "org.jspecify.");

    private final Path jar;

    static {
        registerAsParallelCapable();
    }

    private PluginClassLoader(Path jar, URL url) {
        super(new URL[] {url}, ModuleProvider.class.getClassLoader());
        this.jar = jar;
    }

    static PluginClassLoader over(Path jar) {
        try {
            return new PluginClassLoader(jar, jar.toUri().toURL());
        } catch (MalformedURLException e) {
            throw new ConfigurationException(List.of("The plug-in " + jar + " cannot be opened"), e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (isSharedWithWorker(name)) {
            return refuseInternal(super.loadClass(name, resolve));
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded == null) {
                loaded = findOwnFirst(name);
            }
            if (resolve) {
                resolveClass(loaded);
            }
            return loaded;
        }
    }

    // Does not throw a ClassNotFoundException, since the JVM would replace this exception and its message by another
    // error.
    private Class<?> refuseInternal(Class<?> type) {
        if (isInternal(type)) {
            throw new IllegalAccessError("The plug-in " + jar + " uses " + type.getName()
                    + ", which is internal to the worker; docs/pipelines.md lists what modules may use");
        }
        return type;
    }

    private static boolean isInternal(Class<?> type) {
        Class<?> outermost = type;
        while (outermost.getEnclosingClass() != null) {
            outermost = outermost.getEnclosingClass();
        }
        API mark = outermost.getAnnotation(API.class);
        return (type.getPackageName() + ".").startsWith(OWN)
                && ((type.getPackageName() + ".").contains(".internal.")
                        || (mark != null && mark.status() == API.Status.INTERNAL));
    }

    private Class<?> findOwnFirst(String name) throws ClassNotFoundException {
        try {
            return findClass(name);
        } catch (ClassNotFoundException e) {
            return super.loadClass(name, false);
        }
    }

    // A class below the worker's root package that the worker does not contain belongs to the plug-in.
    private boolean isSharedWithWorker(String name) {
        return SHARED.stream().anyMatch(name::startsWith)
                && (!name.startsWith(OWN) || getParent().getResource(name.replace('.', '/') + ".class") != null);
    }

    @Override
    public @Nullable URL getResource(String name) {
        URL own = findResource(name);
        return own != null ? own : super.getResource(name);
    }

    @Override
    public String toString() {
        return jar.toString();
    }
}
