package sg.aiverify.worker.failure;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.apiguardian.api.API;

/** Says what an exception means in words for testers and operators, without the names of Java's classes. */
@API(status = EXPERIMENTAL, since = "1.0")
public final class Reason {
    /** Exceptions whose message is the name of a file alone. */
    private static final Map<Class<?>, String> OF_FILES = Map.of(
            NoSuchFileException.class, "no such file or directory",
            AccessDeniedException.class, "permission denied",
            FileAlreadyExistsException.class, "it exists already",
            DirectoryNotEmptyException.class, "the directory is not empty",
            NotDirectoryException.class, "not a directory",
            FileSystemLoopException.class, "a link leads back to itself");

    /** Exceptions that often have no message. */
    private static final Map<Class<?>, String> WITHOUT_MESSAGE = Map.of(
            ConnectException.class, "no connection",
            ClosedChannelException.class, "the connection was closed",
            EOFException.class, "it ended too early",
            TimeoutException.class, "timed out");

    /** A class with its package, as messages of exceptions that wrap others quote it. */
    private static final Pattern CLASS_NAME =
            Pattern.compile("\\b(?:[a-z_][a-zA-Z0-9_]*\\.)+[A-Z][\\w$]*(?:Exception|Error)\\b(?:: *)?");

    private static final Pattern WORD_START = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");
    private static final String UNKNOWN_HOST = "unknown host";
    private static final int MAX_WRAPPERS = 10;

    private Reason() {}

    /**
     * Returns the reason that an exception stands for.
     *
     * @param thrown what was thrown; of one that only wraps another, the other counts
     * @return words to follow a colon, on one or more lines; never empty
     */
    public static String of(Throwable thrown) {
        Throwable told = thrown;
        for (int depth = 0; depth < MAX_WRAPPERS && known(told).isEmpty() && isWrapper(told); depth++) {
            told = told.getCause();
        }
        Throwable last = told;
        return known(last)
                .or(() -> Optional.ofNullable(last.getMessage()).map(Reason::withoutClasses))
                .filter(text -> !text.isBlank())
                .orElseGet(() -> words(last));
    }

    /**
     * Returns the reason without the name of the file that it is about, for files whose names say nothing to a reader.
     *
     * @param thrown what was thrown
     * @return words to follow a colon
     */
    public static String withoutFile(IOException thrown) {
        String file = thrown instanceof FileSystemException system ? system.getFile() : null;
        return file == null ? of(thrown) : of(thrown).replace(file + ": ", "");
    }

    private static boolean isWrapper(Throwable thrown) {
        return thrown.getCause() != null
                && (thrown.getMessage() == null
                        || thrown.getMessage().equals(thrown.getCause().toString())
                        || thrown instanceof UncheckedIOException
                        || thrown instanceof ExecutionException
                        || thrown instanceof CompletionException);
    }

    private static Optional<String> known(Throwable told) {
        String message = told.getMessage();
        if (told instanceof FileSystemException file && OF_FILES.containsKey(file.getClass())) {
            return Optional.of((file.getFile() == null ? "" : file.getFile() + ": ") + OF_FILES.get(file.getClass()));
        }
        if (told instanceof UnknownHostException) {
            String host = message == null || message.equals(UNKNOWN_HOST) ? "" : " " + message;
            return Optional.of(UNKNOWN_HOST + host);
        }
        if (told instanceof CharacterCodingException) {
            return Optional.of("it is not UTF-8");
        }
        if (message != null
                && !(told instanceof IllegalAccessError) // its message is a sentence that says so
                && (told instanceof LinkageError
                        || told instanceof ReflectiveOperationException
                        || told instanceof VirtualMachineError)) {
            return Optional.of(words(told) + ": " + withoutClasses(message)); // such as the name of a class alone
        }
        if (message == null) {
            return Optional.ofNullable(WITHOUT_MESSAGE.get(told.getClass()));
        }
        return message.contains("PKIX path")
                ? Optional.of("the certificate is not trusted: " + withoutClasses(message))
                : Optional.empty();
    }

    private static String withoutClasses(String message) {
        return CLASS_NAME.matcher(message).replaceAll("").strip();
    }

    /** The name of the class is all there is, so it is read as words. */
    private static String words(Throwable told) {
        String name = told.getClass().getSimpleName().replaceAll("(Exception|Error)$", "");
        return name.isEmpty()
                ? "no reason given"
                : WORD_START.matcher(name).replaceAll(" ").toLowerCase(Locale.ROOT);
    }
}
