package sg.aiverify.worker.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.ConfigurationException;

/**
 * The command line and the environment variables of this process, decoded as UTF-8. Java decodes them by the locale and
 * loses the characters that the locale does not have. Linux keeps the original bytes in {@code /proc}.
 */
final class StartTexts {
    private static final Path PROCESS = Path.of("/proc/self");

    private StartTexts() {}

    /**
     * Returns the arguments.
     *
     * @param seen the arguments as Java decoded them
     * @return the arguments, decoded as UTF-8
     * @throws ConfigurationException if one is not UTF-8
     */
    static String[] arguments(String[] seen) {
        return hasOnlyAscii(List.of(seen)) ? seen : arguments(seen, read("cmdline"));
    }

    static String[] arguments(String[] seen, List<byte[]> process) {
        String[] arguments = seen.clone();
        int before = process.size() - seen.length; // the Java program, its options and the jar
        for (int i = 0; i < seen.length; i++) {
            Optional<String> whole = before < 0 ? Optional.empty() : FileNames.utf8(process.get(before + i));
            String given = seen[i];
            arguments[i] = whole.filter(text -> FileNames.isSeenAs(text, given))
                    .orElseThrow(() -> new ConfigurationException(
                            "The argument '" + given + "' cannot be decoded; use UTF-8 and start with LC_ALL=C.UTF-8"));
        }
        return arguments;
    }

    /**
     * Returns the environment variables.
     *
     * @param seen the variables as Java decoded them
     * @return the variables, decoded as UTF-8; a value that is not UTF-8 stays as Java decoded it
     */
    static Map<String, String> variables(Map<String, String> seen) {
        return hasOnlyAscii(seen.values()) ? seen : variables(seen, read("environ"));
    }

    static Map<String, String> variables(Map<String, String> seen, List<byte[]> process) {
        Map<String, String> variables = new HashMap<>(seen);
        for (byte[] entry : process) {
            FileNames.utf8(entry).filter(text -> text.indexOf('=') > 0).ifPresent(text -> {
                String name = text.substring(0, text.indexOf('='));
                String value = text.substring(name.length() + 1);
                String given = seen.get(name);
                if (given != null && FileNames.isSeenAs(value, given)) {
                    variables.put(name, value);
                }
            });
        }
        return Map.copyOf(variables);
    }

    private static boolean hasOnlyAscii(Iterable<String> texts) {
        for (String text : texts) {
            if (text.chars().anyMatch(letter -> letter >= 0x80)) {
                return false;
            }
        }
        return true;
    }

    /** Reads texts, each of which ends with NUL. */
    private static List<byte[]> read(String name) {
        try {
            return split(Files.readAllBytes(PROCESS.resolve(name)));
        } catch (IOException e) {
            return List.of();
        }
    }

    static List<byte[]> split(byte[] content) {
        List<byte[]> texts = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < content.length; i++) {
            if (content[i] == 0) {
                texts.add(Arrays.copyOfRange(content, start, i));
                start = i + 1;
            }
        }
        return texts;
    }
}
