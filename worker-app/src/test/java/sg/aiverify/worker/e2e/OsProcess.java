package sg.aiverify.worker.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A process of this machine.
 *
 * @param pid its id
 * @param description its command line and working directory
 */
public record OsProcess(long pid, String description) {
    /** Finds the processes whose command line or working directory contains a text, except zombies and this process. */
    public static List<OsProcess> mentioning(String text) {
        List<OsProcess> found = new ArrayList<>();
        try (Stream<Path> entries = Files.list(Path.of("/proc"))) {
            for (Path entry : entries.filter(
                            path -> path.getFileName().toString().matches("\\d+"))
                    .toList()) {
                long pid = Long.parseLong(entry.getFileName().toString());
                String description = read(entry);
                if (pid != ProcessHandle.current().pid() && description.contains(text)) {
                    found.add(new OsProcess(pid, description));
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return found;
    }

    private static String read(Path entry) {
        StringBuilder text = new StringBuilder();
        try {
            text.append(new String(Files.readAllBytes(entry.resolve("cmdline")), StandardCharsets.UTF_8)
                    .replace('\0', ' '));
            text.append(" in ").append(Files.readSymbolicLink(entry.resolve("cwd")));
        } catch (IOException e) {
            return text.toString(); // it has ended, or belongs to another user
        }
        return text.toString();
    }
}
