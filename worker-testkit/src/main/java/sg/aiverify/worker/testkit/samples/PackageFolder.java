package sg.aiverify.worker.testkit.samples;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apiguardian.api.API;

/**
 * Third-party Python packages in a directory that an installer searches ({@code PIP_FIND_LINKS}). Their version is 1.0
 * by default.
 *
 * @param directory the directory; created with the first package
 */
@API(status = EXPERIMENTAL, since = "1.0")
public record PackageFolder(Path directory) {
    /** The part of a {@code pyproject.toml} that selects the build backend that this class writes. */
    public static final String BUILD_SYSTEM =
            "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n";

    /**
     * Writes a wheel.
     *
     * @param name the package's name: lower-case letters, digits and underscores
     * @param files the texts of its files, by path; files below {@code NAME-1.0.data/} are not modules
     * @param requires its requirements, as in {@code Requires-Dist}; {@code more} is an extra
     * @return the file
     * @throws UncheckedIOException if it cannot be written
     */
    public Path wheel(String name, Map<String, String> files, String... requires) {
        return wheelOf(name, "1.0", files, requires);
    }

    /**
     * Writes a wheel of a version.
     *
     * @param name the package's name: lower-case letters, digits and underscores
     * @param version the package's version
     * @param files the texts of its files, by path
     * @param requires its requirements, as in {@code Requires-Dist}
     * @return the file
     * @throws UncheckedIOException if it cannot be written
     */
    public Path wheelOf(String name, String version, Map<String, String> files, String... requires) {
        String info = name + "-" + version + ".dist-info/";
        Map<String, String> all = new TreeMap<>(files);
        StringBuilder metadata =
                new StringBuilder("Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n");
        for (String requirement : requires) {
            metadata.append("Requires-Dist: ").append(requirement).append('\n');
        }
        all.put(info + "METADATA", metadata.append("Provides-Extra: more\n").toString());
        all.put(info + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n");
        StringBuilder record = new StringBuilder(info + "RECORD,,\n");
        all.keySet().forEach(file -> record.append(file).append(",,\n"));
        all.put(info + "RECORD", record.toString());
        return zip(name + "-" + version + "-py3-none-any.whl", all);
    }

    /**
     * Writes a source archive with its own build backend, which requires nothing. The built package contains one file,
     * {@code NAME.json}, with the entries that the code has added to {@code found}.
     *
     * @param name the package's name
     * @param code Python code that each step of the build runs; {@code attempt(action)} returns the result as text, or
     *     the name of the {@code OSError}
     * @return the file
     * @throws UncheckedIOException if it cannot be written
     */
    public Path source(String name, String code) {
        return zip(name + "-1.0.zip", files(name, code, name + "-1.0/"));
    }

    /**
     * Writes a source directory with the same content as {@link #source}.
     *
     * @param name the name of the package and of the directory
     * @param code Python code that each step of the build runs
     * @return the directory
     * @throws UncheckedIOException if it cannot be written
     */
    public Path sourceDirectory(String name, String code) {
        files(name, code, name + "/").forEach((file, content) -> {
            try {
                Path path = directory.resolve(file);
                Files.createDirectories(path.getParent());
                Files.writeString(path, content);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return directory.resolve(name);
    }

    private static Map<String, String> files(String name, String code, String prefix) {
        return Map.of(
                prefix + "PKG-INFO",
                "Metadata-Version: 2.1\nName: " + name + "\nVersion: 1.0\n",
                prefix + "pyproject.toml",
                BUILD_SYSTEM,
                prefix + "backend.py",
                backend(name, code));
    }

    /**
     * Returns the text of the build backend, {@code backend.py}.
     *
     * @param name the package's name
     * @param code Python code that each step of the build runs
     * @return the text of the Python module
     */
    public static String backend(String name, String code) {
        return """
                import json, os, sys, zipfile
                from pathlib import Path
                found = {}
                def attempt(action):
                    try:
                        return str(action())
                    except OSError as refused:
                        return type(refused).__name__
                %s
                def build_wheel(directory, settings=None, metadata=None):
                    name, info = "NAME-1.0-py3-none-any.whl", "NAME-1.0.dist-info/"
                    with zipfile.ZipFile(os.path.join(directory, name), "w") as wheel:
                        wheel.writestr("NAME.json", json.dumps(found))
                        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: NAME\\nVersion: 1.0\\n")
                        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
                        wheel.writestr(info + "RECORD", "NAME.json,,\\n" + info + "METADATA,,\\n")
                    return name
                """.formatted(code.strip()).replace("NAME", name);
    }

    private Path zip(String file, Map<String, String> files) {
        Path path = directory.resolve(file);
        try {
            Files.createDirectories(directory);
            try (OutputStream stream = Files.newOutputStream(path);
                    ZipOutputStream zip = new ZipOutputStream(stream)) {
                for (Map.Entry<String, String> entry : files.entrySet()) {
                    zip.putNextEntry(new ZipEntry(entry.getKey()));
                    zip.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return path;
    }
}
