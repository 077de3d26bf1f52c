package sg.aiverify.worker.testkit.samples;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The resource files of this package. */
final class Resource {
    private Resource() {}

    static void copy(String name, Path target) throws IOException {
        Files.createDirectories(target.toAbsolutePath().getParent());
        try (InputStream content = open(name)) {
            Files.copy(content, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    static String text(String name) throws IOException {
        try (InputStream content = open(name)) {
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static InputStream open(String name) throws IOException {
        InputStream content = Resource.class.getResourceAsStream(name);
        if (content == null) {
            throw new FileNotFoundException("no resource " + name);
        }
        return content;
    }
}
