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

/** Describes exceptions for testers and operators, without the names of Java classes. */
@API(status = EXPERIMENTAL, since = "1.0")
public final class Reason {
    /** Exceptions whose message is only the name of a file. */
    private static final Map<Class<?>, String> OF_FILES = Map.of(
            NoSuchFileException.class, "no such file or directory",
            AccessDeniedException.class, "permission denied",
            FileAlreadyExistsException.class, "it already exists",
            DirectoryNotEmptyException.class, "the directory is not empty",
            NotDirectoryException.class, "not a directory",
            FileSystemLoopException.class, "a loop of symbolic links");

    /** Exceptions that often have no message. */
    private static final Map<Class<?>, String> WITHOUT_MESSAGE = Map.of(
            ConnectException.class, "no connection",
            ClosedChannelException.class, "the connection was closed",
            EOFException.class, "unexpected end of the data",
            TimeoutException.class, "timed out");

    /** A class name with its package. The messages of exceptions that wrap another exception contain such names. */
    private static final Pattern CLASS_NAME =
            Pattern.compile("\\b(?:[a-z_][a-zA-Z0-9_]*\\.)+[A-Z][\\w$]*(?:Exception|Error)\\b(?:: *)?");

    private static final Pattern WORD_START = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");
    private static final String UNKNOWN_HOST = "unknown host";
    private static final int MAX_WRAPPERS = 10;

    private Reason() {}

    /**
     * Returns the reason of an exception.
     *
     * @param thrown the exception; if it only wraps another exception, the wrapped one is described
     * @return a phrase that follows a colon, on one or more lines; never empty
     */
    public static String of(Throwable thrown) {
        Throwable unwrapped = thrown;
        for (int depth = 0; depth < MAX_WRAPPERS && known(unwrapped).isEmpty() && isWrapper(unwrapped); depth++) {
            unwrapped = unwrapped.getCause();
        }
        Throwable last = unwrapped;
        return known(last)
                .or(() -> Optional.ofNullable(last.getMessage()).map(Reason::withoutClasses))
                .filter(text -> !text.isBlank())
                .orElseGet(() -> words(last));
    }

    /**
     * Returns the reason without the name of the file. Use this if the name does not help the reader.
     *
     * @param thrown the exception
     * @return a phrase that follows a colon
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

    private static Optional<String> known(Throwable thrown) {
        String message = thrown.getMessage();
        if (thrown instanceof FileSystemException file && OF_FILES.containsKey(file.getClass())) {
            return Optional.of((file.getFile() == null ? "" : file.getFile() + ": ") + OF_FILES.get(file.getClass()));
        }
        if (thrown instanceof UnknownHostException) {
            String host = message == null || message.equals(UNKNOWN_HOST) ? "" : " " + message;
            return Optional.of(UNKNOWN_HOST + host);
        }
        if (thrown instanceof CharacterCodingException) {
            return Optional.of("it is not UTF-8");
        }
        if (message != null
                && !(thrown instanceof IllegalAccessError) // its message is a complete sentence
                && (thrown instanceof LinkageError
                        || thrown instanceof ReflectiveOperationException
                        || thrown instanceof VirtualMachineError)) {
            return Optional.of(words(thrown) + ": " + withoutClasses(message)); // the message may be just a class name
        }
        if (message == null) {
            return Optional.ofNullable(WITHOUT_MESSAGE.get(thrown.getClass()));
        }
        return message.contains("PKIX path")
                ? Optional.of("the certificate is not trusted: " + withoutClasses(message))
                : Optional.empty();
    }

    private static String withoutClasses(String message) {
        return CLASS_NAME.matcher(message).replaceAll("").strip();
    }

    /** Converts the name of the exception's class to words. */
    private static String words(Throwable thrown) {
        String name = thrown.getClass().getSimpleName().replaceAll("(Exception|Error)$", "");
        return name.isEmpty()
                ? "no reason given"
                : WORD_START.matcher(name).replaceAll(" ").toLowerCase(Locale.ROOT);
    }
}
