package sg.aiverify.worker.python;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.commons.codec.digest.DigestUtils;
import org.apiguardian.api.API;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;

/**
 * The Python files of a jar, extracted to the data directory. The name of their directory is a hash of their content.
 * So workers of several versions can share the data directory.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public final class PythonScripts {
    private static final List<String> CORE = List.of(
            "supervisor.py",
            "sandbox.py",
            "disk.py",
            "breakout.py",
            "exposed.py",
            "runner.py",
            "inputs.py",
            "reasons.py",
            "outputs.py",
            "failures.py",
            "warm_up.py",
            "executor_cli.py",
            "probe.py",
            "packages.py",
            "requirements.py");

    private final Path directory;
    private final Map<String, byte[]> contents;

    private PythonScripts(Path directory, Map<String, byte[]> contents) {
        this.directory = directory;
        this.contents = contents;
    }

    /**
     * Extracts the files of worker-core: supervisor.py, runner.py, probe.py and the others in their directory.
     *
     * @param dataDirectory the worker's data directory
     * @return the files
     * @throws InfrastructureException if they cannot be written
     */
    public static PythonScripts ofCore(Path dataDirectory) {
        return of(PythonScripts.class, CORE, dataDirectory);
    }

    /**
     * Extracts Python files that are in the package of a class.
     *
     * @param owner a class in the package of the files
     * @param names the names of the files
     * @param dataDirectory the worker's data directory
     * @return the files
     * @throws InfrastructureException if they cannot be written
     */
    public static PythonScripts of(Class<?> owner, List<String> names, Path dataDirectory) {
        Map<String, byte[]> contents = new LinkedHashMap<>();
        names.forEach(name -> contents.put(name, content(owner, name)));
        Path directory = dataDirectory.toAbsolutePath().resolve("python").resolve(hash(contents));
        PythonScripts scripts = new PythonScripts(directory, contents);
        scripts.restore();
        return scripts;
    }

    /**
     * Restores files that are missing or were changed.
     *
     * @throws InfrastructureException if a file cannot be written
     */
    public void restore() {
        try {
            Files.createDirectories(directory);
            for (Map.Entry<String, byte[]> file : contents.entrySet()) {
                put(directory.resolve(file.getKey()), file.getValue());
            }
        } catch (IOException e) {
            throw new InfrastructureException(
                    "Could not write the worker's Python files to " + directory + ": " + Reason.of(e), e);
        }
    }

    /**
     * Returns the path of a file.
     *
     * @param name the name of the file
     * @return an absolute path
     */
    public Path path(String name) {
        return directory.resolve(name);
    }

    /**
     * Returns the directory of the files.
     *
     * @return an absolute path
     */
    public Path directory() {
        return directory;
    }

    private static void put(Path file, byte[] content) throws IOException {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                && Files.size(file) == content.length // a file that replaced it could be larger than the heap
                && Arrays.equals(Files.readAllBytes(file), content)) {
            return;
        }
        Path partial = Files.createTempFile(file.getParent(), file.getFileName().toString(), ".part");
        try {
            Files.write(partial, content);
            Files.setPosixFilePermissions(partial, PosixFilePermissions.fromString("rw-r--r--"));
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException e) {
            // Another worker wrote the same content first.
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    private static byte[] content(Class<?> owner, String name) {
        try (InputStream stream = Objects.requireNonNull(owner.getResourceAsStream(name), name)) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("the jar of " + owner.getName() + " is damaged", e);
        }
    }

    private static String hash(Map<String, byte[]> contents) {
        MessageDigest digest = DigestUtils.getSha256Digest();
        contents.values().forEach(digest::update);
        return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    }
}
