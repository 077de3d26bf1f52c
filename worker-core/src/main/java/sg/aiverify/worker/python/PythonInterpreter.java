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
 * An interpreter that ran and told what it is. Made by {@link InterpreterFinder}.
 *
 * @param command how it was asked for, for example {@code python3}
 * @param executable its absolute path, past any shim; of a virtual environment the path in there
 * @param version for example {@code 3.11.7}
 * @param prefix where its packages lie
 * @param basePrefix where its standard library lies; differs from the prefix in a virtual environment
 * @param sitePaths the directories of its installed packages, in the order of the search
 * @param readPaths where it looks for modules and shared libraries: the standard library, sitePaths and what these name in
 *     turn, the libraries that it has loaded, the directories in {@code LD_LIBRARY_PATH}
 * @param userBase where the user's own packages lie; null if it uses none
 * @param distributions installed distributions: name to version
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
     * Lists the files and directories that it needs, those of the system apart.
     *
     * @return paths, some of which may not be there
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
     * Identifies the interpreter with all that is installed: what is built upon it holds only as long as this is the
     * same.
     *
     * @return SHA-256 in lower-case hex over path, version and installed distributions
     */
    public String fingerprint() {
        return DigestUtils.sha256Hex(
                executable + "\n" + version + "\n" + prefix + "\n" + sitePaths + "\n" + new TreeMap<>(distributions));
    }
}
