package sg.aiverify.worker.isolation;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apiguardian.api.API;

/**
 * A Python on this machine and the files that it must be able to read.
 *
 * @param executable the interpreter, absolute
 * @param libraries files and directories that it needs, those of the system apart
 * @param scripts the directory of the worker's own Python files
 */
@API(status = EXPERIMENTAL, since = "1.0")
public record HostPython(Path executable, List<Path> libraries, Path scripts) {
    public HostPython {
        Objects.requireNonNull(executable, "executable");
        Objects.requireNonNull(scripts, "scripts");
        libraries = List.copyOf(libraries);
    }

    /**
     * Lists what belongs to an installation of Python: not the whole directory, which may be somebody's home.
     *
     * @param prefix where it is installed
     * @return paths, whether or not they are there
     */
    public static List<Path> partsOf(Path prefix) {
        return Stream.of("bin", "lib", "lib64", "libexec", "include", "etc", "ssl", "pyvenv.cfg")
                .map(prefix::resolve)
                .toList();
    }

    /**
     * Lists everything that this Python must be able to read.
     *
     * @return the interpreter, its libraries, the worker's Python files
     */
    public List<Path> readable() {
        return Stream.concat(Stream.of(executable, scripts), libraries.stream()).toList();
    }

    /**
     * Gives one of the worker's Python files.
     *
     * @param name its name
     * @return its path
     */
    public Path script(String name) {
        return scripts.resolve(name);
    }
}
