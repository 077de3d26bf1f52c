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
 * An interpreter and its properties, as it reported them. Created by {@link InterpreterFinder}.
 *
 * @param command the command by which it was found, for example {@code python3}
 * @param executable its absolute path, not that of a shim; for a virtual environment, the path in the environment
 * @param version its version, for example {@code 3.11.7}
 * @param prefix the directory of its installation or virtual environment
 * @param basePrefix the directory of its standard library; differs from the prefix in a virtual environment
 * @param sitePaths the directories of its installed packages, in search order
 * @param readPaths the paths of its modules and shared libraries: the standard library, sitePaths and the paths that
 *     files in these add, the libraries that it has loaded, and the directories in {@code LD_LIBRARY_PATH}
 * @param userBase the directory of the user's own packages; null if it uses none
 * @param distributions the installed distributions: name to version
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
     * Lists the files and directories that the interpreter needs in addition to the system's.
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
     * Identifies the interpreter and its installed packages. An environment on top of it is valid only while this value
     * is the same.
     *
     * @return the SHA-256, in lower-case hex, of path, version and installed distributions
     */
    public String fingerprint() {
        return DigestUtils.sha256Hex(
                executable + "\n" + version + "\n" + prefix + "\n" + sitePaths + "\n" + new TreeMap<>(distributions));
    }
}
