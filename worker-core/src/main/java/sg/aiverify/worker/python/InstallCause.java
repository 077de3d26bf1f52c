package sg.aiverify.worker.python;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the cause of a failure in the last lines that pip or uv wrote. */
final class InstallCause {
    /** The error of a full disk. In it, pip and uv name the file first. */
    private static final Pattern DISK =
            Pattern.compile("(?im)^(?:error: )?(.*(?:no space left on device|disk quota exceeded).*)$");

    /** The operating system's reason for a failed connection, within the exceptions that pip shows. */
    private static final Pattern SYSTEM_ERROR = Pattern.compile("\\[Errno -?\\d+] ([^'\")]+)");

    /**
     * The first line of an error of uv, or of pip about a program that pip started. The next lines contain the causes.
     */
    private static final Pattern MESSAGE = Pattern.compile("\\s*(?:error: |× )(.+)");

    private static final Pattern CAUSE = Pattern.compile("\\s*(?:cause: |Caused by: |[├╰]─[▶>] )(.+)");

    /** The start of all other errors of pip. */
    private static final String ERROR = "ERROR: ";

    private static final String END_OF_BUILD = "[end of output]";
    private static final String ERRORS_OF_BUILD = "[stderr]";
    private static final String UNFETCHED = "Failed to fetch";

    private InstallCause() {}

    /**
     * Finds the cause of the failure.
     *
     * @param output the end of the tool's output
     * @param unreadAddresses from {@link InstallFailure#unreadAddresses}; needed since pip reports that a version does
     *     not exist if it cannot read the index
     * @return one line; empty if no known cause is in the output
     */
    static Optional<String> find(String output, List<String> unreadAddresses) {
        List<String> lines = output.lines().map(String::stripTrailing).toList();
        return ofAddress(unreadAddresses)
                .or(() -> ofDisk(output))
                .or(() -> ofBuild(lines))
                .or(() -> ofPip(lines))
                .or(() -> ofUv(lines))
                .filter(cause -> !cause.isBlank());
    }

    private static Optional<String> ofAddress(List<String> unreadAddresses) {
        return unreadAddresses.stream()
                .filter(line -> line.startsWith(InstallFailure.UNREAD))
                .findFirst()
                .map(line -> {
                    Matcher system = SYSTEM_ERROR.matcher(line);
                    int address = line.indexOf(": ");
                    return address > 0 && system.find()
                            ? line.substring(0, address + 2) + system.group(1)
                            : line.replaceFirst(" - skipping$", "");
                });
    }

    private static Optional<String> ofDisk(String output) {
        Matcher matcher = DISK.matcher(output);
        return matcher.find() ? Optional.of(matcher.group(1).strip()) : Optional.empty();
    }

    /** Returns pip's name of a program that it started, followed by the last line that the program wrote. */
    private static Optional<String> ofBuild(List<String> lines) {
        int end = indexOf(lines, END_OF_BUILD);
        if (end < 1) {
            return Optional.empty();
        }
        String last = lastOf(lines.subList(0, end));
        return lines.subList(0, end).stream()
                .filter(line -> line.strip().startsWith("× "))
                .reduce((first, second) -> second)
                .map(line -> withoutEnd(line.strip().substring(2)) + ": " + last)
                .or(() -> Optional.of(last));
    }

    private static String lastOf(List<String> lines) {
        return lines.stream()
                .filter(line -> !line.isBlank())
                .reduce("", (first, second) -> second)
                .strip();
    }

    private static Optional<String> ofPip(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith(ERROR) && !line.contains("ResolutionImpossible"))
                .reduce((first, second) -> second)
                .map(line -> withoutEnd(line.substring(ERROR.length())))
                .map(cause -> cause.equals("Exception") ? lastOf(lines) : cause);
    }

    private static Optional<String> ofUv(List<String> lines) {
        int from = 0;
        while (from < lines.size() && !MESSAGE.matcher(lines.get(from)).matches()) {
            from++;
        }
        List<String> causes = new ArrayList<>();
        for (String line : lines.subList(from, lines.size())) {
            Matcher message = (causes.isEmpty() ? MESSAGE : CAUSE).matcher(line);
            if (line.isBlank()) {
                break;
            } else if (message.matches()) {
                causes.add(message.group(1));
            } else { // the rest of a long line
                causes.add(causes.remove(causes.size() - 1) + " " + line.replaceFirst("^[│\\s]+", ""));
            }
        }
        int build = indexOf(lines, ERRORS_OF_BUILD);
        if (build >= 0 && !causes.isEmpty()) {
            lines.subList(build + 1, lines.size()).stream()
                    .takeWhile(line -> !line.isBlank())
                    .reduce((first, second) -> second)
                    .ifPresent(line -> causes.add(line.strip()));
        }
        return shortened(causes);
    }

    /** Joins the causes. If an address could not be read, keeps only the address and the last cause. */
    private static Optional<String> shortened(List<String> causes) {
        if (causes.isEmpty()) {
            return Optional.empty();
        }
        String last = causes.get(causes.size() - 1);
        return causes.stream()
                .filter(cause -> cause.startsWith(UNFETCHED) && !cause.equals(last))
                .findFirst()
                .map(cause -> cause + ": " + last)
                .or(() -> Optional.of(String.join(
                        ": ", causes.stream().map(InstallCause::withoutEnd).toList())));
    }

    private static String withoutEnd(String line) {
        return line.replaceFirst("[.:]$", "");
    }

    private static int indexOf(List<String> lines, String text) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).strip().equals(text)) {
                return i;
            }
        }
        return -1;
    }
}
