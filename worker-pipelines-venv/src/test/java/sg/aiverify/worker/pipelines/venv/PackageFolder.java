package sg.aiverify.worker.pipelines.venv;

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

/** Packages as strangers offer them, in a directory that an installer looks into. */
record PackageFolder(Path directory) {
    /** Writes a wheel of some files, below {@code NAME-1.0.data} what belongs beside the packages, and requirements. */
    Path wheel(String name, Map<String, String> files, String... requires) {
        String info = name + "-1.0.dist-info/";
        Map<String, String> all = new TreeMap<>(files);
        StringBuilder metadata = new StringBuilder("Metadata-Version: 2.1\nName: " + name + "\nVersion: 1.0\n");
        for (String requirement : requires) {
            metadata.append("Requires-Dist: ").append(requirement).append('\n');
        }
        all.put(info + "METADATA", metadata.append("Provides-Extra: more\n").toString());
        all.put(info + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n");
        StringBuilder record = new StringBuilder(info + "RECORD,,\n");
        all.keySet().forEach(file -> record.append(file).append(",,\n"));
        all.put(info + "RECORD", record.toString());
        return zip(name + "-1.0-py3-none-any.whl", all);
    }

    /** Writes a source archive whose build runs some code, and makes a module that holds what {@code found} is then. */
    Path source(String name, String code) {
        return zip(name + "-1.0.zip", sources(name, code, name + "-1.0/"));
    }

    /** Writes the same as a directory. */
    Path sourceDirectory(String name, String code) {
        sources(name, code, name + "/").forEach((file, content) -> {
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

    private static Map<String, String> sources(String name, String code, String prefix) {
        return Map.of(
                prefix + "PKG-INFO",
                "Metadata-Version: 2.1\nName: " + name + "\nVersion: 1.0\n",
                prefix + "pyproject.toml",
                "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n",
                prefix + "backend.py",
                """
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
                """
                        .formatted(code.strip())
                        .replace("NAME", name));
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
