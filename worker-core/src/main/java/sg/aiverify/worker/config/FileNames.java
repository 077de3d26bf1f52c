package sg.aiverify.worker.config;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.apiguardian.api.API;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.TaskFailedException;

/**
 * Converts names to paths and paths to names, always in UTF-8, independent of the locale. Java itself uses the encoding
 * of the process's locale for names; in the {@code C} locale, this encoding is ASCII. But a path that is created from a
 * URI can contain any bytes, in each locale.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public final class FileNames {
    private static final String ENCODING = System.getProperty("sun.jnu.encoding", "UTF-8");
    /** The encoding of the arguments and variables of programs. Java 17 uses a separate encoding for them. */
    private static final String FOR_PROGRAMS =
            Runtime.version().feature() < 18 ? Charset.defaultCharset().name() : ENCODING;

    private static final Path ROOT = Path.of("/");
    /** The character to which Java converts bytes that it cannot decode. */
    private static final char LOST = '\uFFFD';

    private FileNames() {}

    /**
     * Returns the reason why this process cannot pass all texts to programs.
     *
     * @return a clause with the encoding and the solution; empty if the encoding is UTF-8
     */
    public static Optional<String> limit() {
        return limit(ENCODING).or(() -> optionLimit(FOR_PROGRAMS));
    }

    static Optional<String> optionLimit(String encoding) {
        return knowsAll(encoding)
                ? Optional.empty()
                : Optional.of("Java passes texts to programs in the encoding of the option file.encoding=" + encoding
                        + "; to use other characters, start Java without this option");
    }

    static Optional<String> limit(String encoding) {
        return knowsAll(encoding)
                ? Optional.empty()
                : Optional.of("Java passes texts to programs in the encoding of the locale, " + encoding
                        + "; to use other characters, start Java with LC_ALL=C.UTF-8");
    }

    private static boolean knowsAll(String encoding) {
        return encoding.equalsIgnoreCase("UTF-8");
    }

    /**
     * Converts a text from the operator or the system to a path.
     *
     * @param what the name of the text in the message
     * @param text the path
     * @return the path; absolute if Java cannot resolve relative paths in this locale
     * @throws ConfigurationException if the text cannot be a path; the message contains the solution
     */
    public static Path path(String what, String text) {
        String wrong = what + " '" + text + "' cannot be used as a path: ";
        if (text.indexOf(LOST) >= 0 && limit().isPresent()) {
            throw new ConfigurationException(wrong + "some of its characters were lost, since " + limit().get());
        }
        try {
            return given(text);
        } catch (InvalidPathException e) {
            throw new ConfigurationException(wrong + e.getReason());
        }
    }

    /**
     * Converts a text from the operator to a path.
     *
     * @throws InvalidPathException if the text cannot be a path
     */
    static Path given(String text) {
        Path path = of(text);
        return knowsAll(ENCODING) ? path : absolute(path);
    }

    /**
     * Returns the home directory of the user that this process runs as.
     *
     * @return the path; the directory may not exist
     * @throws ConfigurationException if the user has no home directory, or its name cannot be a path in this locale;
     *     the message contains the solution
     */
    public static Path home() {
        return home(System.getProperty("user.home"));
    }

    static Path home(String text) {
        Path home = path("The home directory", text);
        if (text.isEmpty() || text.equals("?")) { // Java 17 returns "?" for a user without an entry in passwd
            throw new ConfigurationException("The user that the worker runs as has no home directory; set"
                    + " TEWORKER_DATA_DIR, and the other settings whose defaults are in the home directory");
        }
        return home;
    }

    /**
     * Makes a path absolute. Java itself cannot find the working directory if the locale's encoding lacks characters of
     * the directory's name.
     *
     * @param path any path
     * @return an absolute path
     */
    public static Path absolute(Path path) {
        if (path.isAbsolute() || knowsAll(ENCODING)) {
            return path.toAbsolutePath();
        }
        try {
            return Path.of("/proc/self/cwd").toRealPath().resolve(path);
        } catch (IOException e) {
            return path.toAbsolutePath();
        }
    }

    /**
     * Returns the path of a file whose name comes from a task or a download.
     *
     * @param directory the directory of the file
     * @param name the file's name, or a relative path
     * @param what a description of the file for the message
     * @return the path
     * @throws TaskFailedException if no file can have this name
     */
    public static Path resolve(Path directory, String name, String what) {
        try {
            return directory.resolve(of(name));
        } catch (InvalidPathException e) {
            throw new TaskFailedException(what + " cannot be stored under its name: " + e.getReason(), e);
        }
    }

    /**
     * Converts a text to a path.
     *
     * @param text a path, absolute or relative
     * @return the path whose bytes are the text in UTF-8
     * @throws InvalidPathException if no file can have this name
     */
    public static Path of(String text) {
        return knowsAll(ENCODING) || isAscii(text) ? Path.of(text) : ofBytes(text);
    }

    static Path ofBytes(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new InvalidPathException(text, "Nul character not allowed");
        }
        StringBuilder uri = new StringBuilder("file:///");
        for (byte each : utf8(text.replaceAll("/+", "/").replaceFirst("^/", ""))) {
            uri.append(each == '/' ? "/" : String.format("%%%02X", each));
        }
        Path absolute = Path.of(URI.create(uri.toString()));
        return text.startsWith("/") ? absolute : absolute.subpath(0, absolute.getNameCount());
    }

    private static byte[] utf8(String text) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            return copy;
        } catch (CharacterCodingException e) {
            throw new InvalidPathException(text, "it contains half a character");
        }
    }

    /**
     * Returns a path as text, for files that other programs read in UTF-8.
     *
     * @param path any path
     * @return the text
     * @throws TaskFailedException if the path's bytes are not UTF-8
     */
    public static String text(Path path) {
        return decoded(path)
                .orElseThrow(() ->
                        new TaskFailedException(path + " has a name that is not UTF-8; rename it, and start again"));
    }

    /**
     * Returns a unique key of a path, which is the same in each locale.
     *
     * @param path any path
     * @return the path as text; if the path's bytes are not UTF-8, a string that is not the text of any path
     */
    public static String key(Path path) {
        return decoded(path).orElseGet(() -> "\0" + ROOT.resolve(path).toUri().getRawPath());
    }

    /**
     * Returns a path as text for messages.
     *
     * @param path any path
     * @return the text; bytes that are not UTF-8 are replaced
     */
    public static String shown(Path path) {
        return decoded(path).orElseGet(path::toString);
    }

    private static Optional<String> decoded(Path path) {
        String text = path.toString();
        if (isAscii(text) || knowsAll(ENCODING) && text.indexOf(LOST) < 0) {
            return Optional.of(text);
        }
        return ofBytes(path);
    }

    static Optional<String> ofBytes(Path path) {
        String uri = ROOT.resolve(path).toUri().getRawPath();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = path.isAbsolute() ? 0 : 1; i < uri.length(); i++) {
            if (uri.charAt(i) == '%') {
                bytes.write(Integer.parseInt(uri.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                bytes.write(uri.charAt(i));
            }
        }
        // The URI of a directory ends with a slash.
        return utf8(bytes.toByteArray())
                .map(text -> text.length() > 1 && text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
    }

    /**
     * Decodes a text.
     *
     * @param bytes the text in UTF-8
     * @return the text; empty if the bytes are not UTF-8
     */
    public static Optional<String> utf8(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /**
     * Returns whether a program receives a text unchanged, as an argument, a variable or its working directory.
     *
     * @param text any text
     * @return false if the text is not ASCII, and this process cannot pass all texts to programs
     */
    public static boolean isPassable(String text) {
        return isPassable(text, limit().isPresent());
    }

    /** Programs are assumed to decode texts as UTF-8. The worker starts Python with this encoding. */
    static boolean isPassable(String text, boolean isLimited) {
        return !isLimited || isAscii(text);
    }

    /**
     * Returns whether the locale's encoding lacks characters outside ASCII.
     *
     * @return true in the {@code C} locale
     */
    public static boolean hasAsciiOnly() {
        return !knowsAll(ENCODING) && !Charset.forName(ENCODING).newEncoder().canEncode('\u00E9');
    }

    /**
     * Returns whether Java decodes a text, which this process received at its start, to the given string.
     *
     * @param text the original text
     * @param seen the string that Java returns
     * @return true if the string is the decoded text, even if characters were lost
     */
    public static boolean isSeenAs(String text, String seen) {
        return text.equals(seen) || isDecoded(text, ENCODING, seen) || isDecoded(text, FOR_PROGRAMS, seen);
    }

    private static boolean isDecoded(String text, String encoding, String seen) {
        return new String(text.getBytes(StandardCharsets.UTF_8), Charset.forName(encoding)).equals(seen);
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(letter -> letter < 0x80);
    }
}
