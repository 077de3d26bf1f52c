package sg.aiverify.worker.python;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.FileNames;

/**
 * The environment variables of an algorithm. Only variables on a fixed list are passed to untrusted code, so secrets,
 * proxies and other variables of the host are not. Immutable.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public final class RunVariables {
    private static final Logger log = LogManager.getLogger(RunVariables.class);

    private static final Set<String> PASSED_ON = Set.of(
            "PATH",
            "TZ",
            "LANG",
            "LANGUAGE",
            "LD_LIBRARY_PATH",
            "CUDA_VISIBLE_DEVICES",
            "NVIDIA_VISIBLE_DEVICES",
            "OMP_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "MKL_NUM_THREADS",
            "NUMEXPR_NUM_THREADS");
    private static final List<String> THREAD_COUNTS =
            List.of("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS");

    /** The user name that algorithms see. The machine has no such user. */
    private static final String USER = "algorithm";

    private final Map<String, String> passedOn;

    /**
     * Selects the variables of algorithms.
     *
     * @param worker the worker's environment variables
     * @param cores the number of the machine's processors
     * @param slots the maximum number of concurrent runs; each run gets {@code cores / slots} threads, at least 1, for
     *     numeric libraries, unless the worker's variables set another number
     */
    public RunVariables(Map<String, String> worker, int cores, int slots) {
        Map<String, String> selected = worker.entrySet().stream()
                .filter(variable -> PASSED_ON.contains(variable.getKey())
                        || variable.getKey().startsWith("LC_"))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        selected.putIfAbsent("LANG", "C.UTF-8");
        selected.computeIfPresent("PATH", (name, path) -> passable(path));
        selected.putIfAbsent("PATH", "/usr/local/bin:/usr/bin:/bin");
        int threads = Math.max(1, cores / Math.max(1, slots));
        THREAD_COUNTS.forEach(name -> selected.putIfAbsent(name, Integer.toString(threads)));
        this.passedOn = Map.copyOf(selected);
    }

    /** Removes directories whose names cannot be passed to programs. */
    private static String passable(String path) {
        return Stream.of(path.split(":"))
                .filter(directory -> {
                    boolean isPassable = FileNames.isPassable(directory);
                    if (!isPassable) {
                        log.warn(
                                "Removed {} from the PATH of algorithms, since {}",
                                directory,
                                FileNames.limit().orElseThrow());
                    }
                    return isPassable;
                })
                .collect(Collectors.joining(":"));
    }

    /**
     * Returns the variables of one run.
     *
     * @param python the interpreter of the run; its directory becomes the first in the path
     * @param userBase the directory of the user's own Python packages; null if these are not used
     * @param home an existing directory that only this run uses, for its home, temporary files and caches of libraries
     * @return a new map
     */
    public Map<String, String> forRun(Path python, @Nullable Path userBase, Path home) {
        Map<String, String> variables = new TreeMap<>(passedOn);
        variables.merge("PATH", python.getParent() + ":", (path, first) -> first + path);
        Function<String, String> below = name -> home.resolve(name).toString();
        variables.put("HOME", home.toString());
        // Python reads the user's name from these variables, else from the system's list, which may not contain the
        // user.
        variables.put("LOGNAME", USER);
        variables.put("USER", USER);
        variables.put("TMPDIR", below.apply("tmp"));
        variables.put("XDG_CACHE_HOME", below.apply("cache"));
        variables.put("MPLCONFIGDIR", below.apply("cache"));
        variables.put("HF_HOME", below.apply("cache"));
        variables.put("NUMBA_CACHE_DIR", below.apply("cache"));
        variables.put("MPLBACKEND", "Agg");
        variables.put("PYTHONDONTWRITEBYTECODE", "1");
        variables.put("PYTHONUTF8", "1"); // file names are in UTF-8 in any locale
        if (userBase == null) {
            variables.put("PYTHONNOUSERSITE", "1");
        } else {
            variables.put("PYTHONUSERBASE", userBase.toString());
        }
        return variables;
    }
}
