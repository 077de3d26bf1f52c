package sg.aiverify.worker.isolation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import sg.aiverify.worker.config.FileNames;

/** Writes the file of rules that supervisor.py reads. The rules are documented in sandbox.py. Not thread-safe. */
final class Policy {
    private final StringBuilder rules = new StringBuilder();

    Policy(Sandbox sandbox) {
        rule("mode", sandbox.mechanism());
        rule("namespaces", sandbox.hasNamespaces() ? "yes" : "no");
    }

    Policy rule(String word, Object value) {
        String text = value instanceof Path path ? FileNames.text(path) : value.toString();
        if (text.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("a rule cannot contain the line feed in " + text);
        }
        rules.append(word).append(' ').append(text).append('\n');
        return this;
    }

    Policy readable(Iterable<Path> paths) {
        paths.forEach(path -> rule("read", FileNames.absolute(path)));
        return this;
    }

    Policy limits(Map<String, Long> limits) {
        limits.forEach((name, value) -> rule("limit", name + " " + value));
        return this;
    }

    /**
     * Creates the directories for a run's files, and adds the rules for them. The run does not see {@code directory}.
     */
    Policy own(Path directory, Path work) throws IOException {
        Path temporary = work.resolve("home").resolve("tmp");
        Path root = directory.resolve("root");
        Files.createDirectories(temporary);
        Files.createDirectories(root);
        return rule("write", work).rule("tmp", temporary).rule("root", root);
    }

    Path write(Path file) throws IOException {
        return Files.writeString(file, rules);
    }
}
