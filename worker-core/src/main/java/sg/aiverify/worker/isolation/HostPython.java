package sg.aiverify.worker.isolation;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apiguardian.api.API;

/**
 * A Python interpreter on this machine, and the files that the interpreter needs to read.
 *
 * @param executable the absolute path of the interpreter
 * @param libraries the files and directories that it needs to read in addition to the system's libraries
 * @param scripts the directory of the worker's Python files
 */
@API(status = EXPERIMENTAL, since = "1.0")
public record HostPython(Path executable, List<Path> libraries, Path scripts) {
    public HostPython {
        Objects.requireNonNull(executable, "executable");
        Objects.requireNonNull(scripts, "scripts");
        libraries = List.copyOf(libraries);
    }

    /**
     * Lists the parts of a Python installation. Leaves out the directory itself, which may be a user's home.
     *
     * @param prefix the directory of the installation
     * @return the paths, which may not exist
     */
    public static List<Path> partsOf(Path prefix) {
        return Stream.of("bin", "lib", "lib64", "libexec", "include", "etc", "ssl", "pyvenv.cfg")
                .map(prefix::resolve)
                .toList();
    }

    /**
     * Lists all paths that this Python needs to read.
     *
     * @return the interpreter, its libraries and the worker's Python files
     */
    public List<Path> readable() {
        return Stream.concat(Stream.of(executable, scripts), libraries.stream()).toList();
    }

    /**
     * Returns the path of one of the worker's Python files.
     *
     * @param name the name of the file
     * @return its path
     */
    public Path script(String name) {
        return scripts.resolve(name);
    }
}
