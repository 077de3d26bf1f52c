package sg.aiverify.worker.python;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.TaskFailedException;

/**
 * Decides from an installer's output who must act. If the index is unreachable, this is the operator. If a version does
 * not exist, it is the author of the algorithm.
 */
final class InstallFailure {
    /**
     * Words of pip and uv for temporary failures, in lower case; none of them is a package's name. They count more than
     * a missing version, since pip also reports this if an index is unreachable.
     */
    private static final List<String> PASSING = List.of(
            "retrying (retry(",
            "max retries exceeded",
            "newconnectionerror(",
            "connectionreseterror(",
            "name resolution",
            "name or service not known",
            "connection refused",
            "connection broken",
            "connection aborted",
            "network is unreachable",
            "read timed out",
            "readtimeouterror(",
            "proxyerror(",
            "sslerror(",
            "certificate verify failed",
            "500 server error",
            "502 server error",
            "503 server error",
            "504 server error",
            "429 client error",
            "incompleteread(",
            "dns error",
            "failed to fetch",
            "error sending request",
            "operation timed out");

    private static final List<String> DISK = List.of("no space left on device", "disk quota exceeded");

    private InstallFailure() {}

    /** The maximum number of unread addresses in a message. */
    private static final int MAX_ADDRESSES = 3;

    private static final int MAX_LOG_BYTES = 4 << 20;

    /** The start of a message in pip's log that an address could not be read. */
    static final String UNREAD = "Could not fetch URL";

    private static final Pattern REFUSED = Pattern.compile(": 4(?!08|29)\\d\\d Client Error");

    /**
     * Lists the addresses that pip could not read. Only pip's log contains them. In pip's output, an unreachable index
     * looks like an index without the version.
     *
     * @param log pip's log file
     * @return lines for the error text; empty if all addresses were read or there is no log
     */
    public static List<String> unreadAddresses(Path log) {
        // If packages are built from source, their code could write to the log, or replace it.
        if (!Files.isRegularFile(log, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        try (InputStream content = Files.newInputStream(log, LinkOption.NOFOLLOW_LINKS)) {
            return new String(content.readNBytes(MAX_LOG_BYTES), StandardCharsets.ISO_8859_1)
                    .lines()
                    .filter(line -> line.contains(UNREAD))
                    .filter(line -> !REFUSED.matcher(line).find())
                    .map(line -> line.substring(line.indexOf(UNREAD)))
                    .limit(MAX_ADDRESSES)
                    .toList();
        } catch (IOException e) {
            return List.of("Could not read the log of pip: " + Reason.of(e));
        }
    }

    /**
     * Creates the exception for a failed installation. Its message consists of the cause, if the output contains one,
     * and the end of the output.
     *
     * @param what the step that failed, in a user's words, for example {@code build virtual environment}
     * @param tool the name of the installer
     * @param ending the exit code or the signal of the installer
     * @param output the end of the installer's output
     * @param unreadAddresses the result of {@link #unreadAddresses}
     * @return the exception to throw: an {@link InfrastructureException} if another attempt may succeed, else a
     *     {@link TaskFailedException}
     */
    public static StageException of(
            String what, String tool, SupervisedProcess.Ending ending, String output, List<String> unreadAddresses) {
        String how = ending.findSignal()
                .map(signal -> "was killed by " + signal)
                .orElse("ended with exit code " + ending.code());
        String ended = tool + " " + how;
        String cause = ending.findSignal().isPresent()
                ? ended
                : InstallCause.find(output, unreadAddresses)
                        .map(found -> found + " (" + ended + ")")
                        .orElse(ended);
        String words = output.toLowerCase(Locale.ROOT);
        boolean isFull = DISK.stream().anyMatch(words::contains);
        boolean isOutOfReach = !unreadAddresses.isEmpty() || PASSING.stream().anyMatch(words::contains);
        boolean passes = ending.findSignal().isPresent() || isFull || isOutOfReach;
        String advice = "";
        if (!passes) {
            advice = ". The packages to install are listed in [project] dependencies of the algorithm's pyproject.toml";
        } else if (isOutOfReach && !isFull) {
            advice = ". The package index is set with "
                    + (tool.equals("uv") ? "UV_DEFAULT_INDEX or in uv.toml" : "PIP_INDEX_URL or in pip.conf")
                    + ", a proxy with HTTPS_PROXY";
        }
        String text = FailureText.withOutput(
                "Failed to " + what + ": " + cause + advice,
                InstallOutput.shortened(output) + String.join("\n", unreadAddresses));
        return passes ? new InfrastructureException(text) : new TaskFailedException(text);
    }
}
