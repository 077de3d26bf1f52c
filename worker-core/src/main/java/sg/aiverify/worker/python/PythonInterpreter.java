package sg.aiverify.worker.python;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.commons.codec.digest.DigestUtils;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.isolation.HostPython;

/**
 * An interpreter and the properties that it reported. Created by {@link InterpreterFinder}.
 *
 * @param command the command by which it was found, for example {@code python3}
 * @param executable its absolute path, not that of a shim; for a virtual environment, the path in the environment
 * @param version its version, for example {@code 3.11.7}
 * @param prefix the directory of its installation or virtual environment
 * @param basePrefix the directory of its standard library; differs from the prefix in a virtual environment
 * @param sitePaths the directories of its installed packages, in search order
 * @param readPaths the paths of its modules and shared libraries: the standard library, the directories in sitePaths,
 *     paths that files in these directories add, the libraries that the interpreter has loaded, and the directories in
 *     {@code LD_LIBRARY_PATH}
 * @param userBase the directory of the user's own packages; null if the interpreter does not use such packages
 * @param distributions the names of the installed distributions, with their versions
 */
@API(status = EXPERIMENTAL, since = "1.0")
public record PythonInterpreter(
        String command,
        Path executable,
        String version,
        Path prefix,
        Path basePrefix,
        List<Path> sitePaths,
        List<Path> readPaths,
        @Nullable Path userBase,
        Map<String, String> distributions) {
    public PythonInterpreter {
        Objects.requireNonNull(command, "command");
        Objects.requireNonNull(executable, "executable");
        Objects.requireNonNull(version, "version");
        Objects.requireNonNull(prefix, "prefix");
        Objects.requireNonNull(basePrefix, "basePrefix");
        sitePaths = List.copyOf(sitePaths);
        readPaths = List.copyOf(readPaths);
        distributions = Map.copyOf(distributions);
    }

    /**
     * Lists the files and directories that the interpreter needs to read in addition to the system's libraries.
     *
     * @return the paths; some may not exist
     */
    public List<Path> libraries() {
        List<Path> libraries = new ArrayList<>(List.of(executable));
        libraries.addAll(HostPython.partsOf(prefix));
        libraries.addAll(HostPython.partsOf(basePrefix));
        libraries.addAll(sitePaths);
        libraries.addAll(readPaths);
        if (userBase != null) {
            libraries.add(userBase.resolve("lib"));
            libraries.add(userBase.resolve("bin"));
        }
        return libraries;
    }

    /**
     * Returns a hash that identifies the interpreter and its installed packages. An environment that is based on this
     * interpreter is valid only while the hash is the same.
     *
     * @return the SHA-256 of paths, version and installed distributions, in lower-case hex
     */
    public String fingerprint() {
        return DigestUtils.sha256Hex(
                executable + "\n" + version + "\n" + prefix + "\n" + sitePaths + "\n" + new TreeMap<>(distributions));
    }
}
