package sg.aiverify.worker.plugin.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.stage.ModuleProvider;

/** Finds providers with {@link ServiceLoader}, on the worker's class path and in a directory of jars. */
public final class ProviderDiscovery implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(ProviderDiscovery.class);

    /** The part of a {@link ServiceLoader} message that follows the name of the interface. */
    private static final Pattern NOT_FOUND = Pattern.compile("Provider (\\S+) not found");

    private static final String SERVICES = "META-INF/services/";
    /** The name that {@link ModuleProvider} had before the first release. */
    private static final String FORMER_NAME = "sg.aiverify.worker.pipeline.PipeProvider";

    private final List<PluginClassLoader> loaders = new ArrayList<>();
    private final List<String> plugIns = new ArrayList<>();

    /** Creates a discovery that has not searched yet. */
    public ProviderDiscovery() {}

    /**
     * Adds the providers on the worker's class path.
     *
     * @param catalog the catalog to which they are added
     */
    public void addInstalled(ProviderCatalog catalog) {
        load(ModuleProvider.class.getClassLoader(), catalog);
    }

    /**
     * Adds the providers of each jar in a directory, in the order of the jars' names. Each jar has a separate class
     * loader, so that plug-ins may contain other versions of the worker's libraries.
     *
     * @param directory a directory with jars
     * @param catalog the catalog to which they are added
     * @throws ConfigurationException if the directory cannot be read, or if jars contain a broken provider or no
     *     provider; the message lists these jars
     */
    public void addJars(Path directory, ProviderCatalog catalog) {
        List<Path> jars;
        try {
            jars = jars(directory);
        } catch (ConfigurationException e) {
            catalog.markIncomplete("the plug-in directory could not be read");
            throw e;
        }
        List<String> problems = new ArrayList<>();
        for (Path jar : jars) {
            try {
                addJar(jar, catalog);
            } catch (ConfigurationException e) {
                log.debug("Ignoring the plug-in {}", jar, e);
                problems.add(e.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            catalog.markIncomplete("a plug-in could not be loaded");
            throw new ConfigurationException(problems);
        }
    }

    private void addJar(Path jar, ProviderCatalog catalog) {
        checkIsJar(jar);
        PluginClassLoader loader = PluginClassLoader.over(jar);
        loaders.add(loader);
        List<String> modules = load(loader, catalog);
        if (modules.isEmpty()) {
            throw new ConfigurationException("The plug-in " + jar + " contains no module: it needs a file "
                    + SERVICES + ModuleProvider.class.getName() + " that lists its providers"
                    + (loader.findResource(SERVICES + FORMER_NAME) == null
                            ? ""
                            : "; it has a file with the former name " + FORMER_NAME
                                    + ": docs/renamed.md lists what changed"));
        }
        plugIns.add("Plug-in " + jar.getFileName() + ": " + String.join(", ", modules));
    }

    /**
     * Lists the added jars, for the log.
     *
     * @return a line for each jar, with its modules
     */
    public List<String> plugIns() {
        return List.copyOf(plugIns);
    }

    private static void checkIsJar(Path jar) {
        if (!FileNames.isPassable(jar.toString())) { // a class loader takes the path as a string
            throw new ConfigurationException("The plug-in " + FileNames.shown(jar) + " cannot be loaded: "
                    + FileNames.limit().orElseThrow());
        }
        try (JarFile opened = new JarFile(jar.toFile())) {
            log.debug("{} has {} entries", jar, opened.size());
        } catch (ZipException e) {
            throw new ConfigurationException(List.of("The plug-in " + jar + " is not a jar, or is damaged"), e);
        } catch (IOException e) {
            throw new ConfigurationException(List.of("The plug-in " + jar + " cannot be read: " + Reason.of(e)), e);
        }
    }

    private static List<Path> jars(Path directory) {
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.jar")) {
            found.forEach(jar -> jars.add(FileNames.absolute(jar)));
        } catch (IOException e) {
            throw new ConfigurationException(
                    List.of("The plug-in directory " + directory + " cannot be read: " + Reason.of(e)), e);
        }
        Collections.sort(jars);
        return jars;
    }

    private static List<String> load(ClassLoader loader, ProviderCatalog catalog) {
        List<String> modules = new ArrayList<>();
        try {
            for (ServiceLoader.Provider<ModuleProvider> found :
                    ServiceLoader.load(ModuleProvider.class, loader).stream().toList()) {
                // The ServiceLoader of a child class loader also lists the providers of the parent.
                if (found.type().getClassLoader() == loader) {
                    ModuleProvider provider = PluginCalls.in(loader, found);
                    catalog.add(provider, origin(found.type()));
                    modules.add(ProviderCatalog.label(provider));
                }
            }
        } catch (ConfigurationException e) {
            throw e;
        } catch (ServiceConfigurationError | LinkageError | RuntimeException e) { // untrusted code
            throw new ConfigurationException(List.of("The plug-in " + loader + " is broken: " + reason(e)), e);
        }
        return modules;
    }

    private static String reason(Throwable thrown) {
        String message = Reason.of(thrown).replace(ModuleProvider.class.getName() + ": ", "");
        Matcher missing = NOT_FOUND.matcher(message);
        if (missing.matches()) {
            return "its services file lists " + missing.group(1) + ", which it does not contain (write a nested class"
                    + " as Outer$Inner)";
        }
        return thrown.getCause() == null ? message : message + ": " + Reason.of(thrown.getCause());
    }

    private static String origin(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        URL location = source == null ? null : source.getLocation();
        if (location == null) {
            return "unknown";
        }
        try {
            return Path.of(location.toURI()).getFileName().toString();
        } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
            return location.toString();
        }
    }

    /** Closes the jars. Call it when their modules are no longer used. */
    @Override
    public void close() {
        for (PluginClassLoader loader : loaders) {
            try {
                loader.close();
            } catch (IOException | UncheckedIOException e) {
                log.warn("Could not close the plug-in {}", loader, e);
            }
        }
    }
}
