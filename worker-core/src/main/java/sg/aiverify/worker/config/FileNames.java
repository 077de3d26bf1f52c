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
 * Makes paths of names, and gives the names of paths: in UTF-8, whatever the locale. Java takes the encoding of names
 * from the locale that the process was started with, and in the locale {@code C} it knows ASCII only. A path of bytes
 * it can hold nevertheless; the way to it is a URI.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public final class FileNames {
    private static final String ENCODING = System.getProperty("sun.jnu.encoding", "UTF-8");
    /** What arguments and variables of programs are in; Java 17 has an encoding of its own for them. */
    private static final String FOR_PROGRAMS =
            Runtime.version().feature() < 18 ? Charset.defaultCharset().name() : ENCODING;

    private static final Path ROOT = Path.of("/");
    /** What Java makes of bytes that it cannot decode. */
    private static final char LOST = '\uFFFD';

    private FileNames() {}

    /**
     * Says what keeps this process from passing any text to a program.
     *
     * @return which encoding it has and what to do; empty if that is UTF-8
     */
    public static Optional<String> limit() {
        return limit(ENCODING).or(() -> optionLimit(FOR_PROGRAMS));
    }

    static Optional<String> optionLimit(String encoding) {
        return knowsAll(encoding)
                ? Optional.empty()
                : Optional.of("the option file.encoding=" + encoding
                        + " holds for programs; to pass other letters to them, start Java without it");
    }

    static Optional<String> limit(String encoding) {
        return knowsAll(encoding)
                ? Optional.empty()
                : Optional.of("the locale gives Java the encoding " + encoding
                        + " for programs; to pass other letters to them, start it with LC_ALL=C.UTF-8");
    }

    private static boolean knowsAll(String encoding) {
        return encoding.equalsIgnoreCase("UTF-8");
    }

    /**
     * Makes a path of a text that the operator or the system gave.
     *
     * @param what names the text in the message
     * @param text the path
     * @return the path; absolute where the locale keeps Java from finding relative ones
     * @throws ConfigurationException if it cannot be one, with what to do
     */
    public static Path path(String what, String text) {
        String wrong = what + " '" + text + "' cannot be used as a path: ";
        if (text.indexOf(LOST) >= 0 && limit().isPresent()) {
            throw new ConfigurationException(wrong + "its letters were lost, since " + limit().get());
        }
        try {
            return given(text);
        } catch (InvalidPathException e) {
            throw new ConfigurationException(wrong + e.getReason());
        }
    }

    /**
     * Makes a path of a text that the operator gave.
     *
     * @throws InvalidPathException if it cannot be one
     */
    static Path given(String text) {
        Path path = of(text);
        return knowsAll(ENCODING) ? path : absolute(path);
    }

    /**
     * Returns the home directory of the user that this process runs as.
     *
     * @return its path; need not exist
     * @throws ConfigurationException if it cannot be one here, with what to do
     */
    public static Path home() {
        return home(System.getProperty("user.home"));
    }

    static Path home(String text) {
        Path home = path("The home directory", text);
        if (text.isEmpty() || text.equals("?")) { // what Java 17 says where the user has no entry in the list of users
            throw new ConfigurationException("The user that the worker runs as has no home directory; name the"
                    + " directories that are looked for there, above all TEWORKER_DATA_DIR");
        }
        return home;
    }

    /**
     * Makes a path absolute. Java does not find the working directory if its locale does not know the letters.
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
     * Makes the path of a file whose name a task or a download gave.
     *
     * @param directory where the file is to be
     * @param name its name, or a relative path
     * @param what names the file in the message
     * @return the path
     * @throws TaskFailedException if no file can have that name
     */
    public static Path resolve(Path directory, String name, String what) {
        try {
            return directory.resolve(of(name));
        } catch (InvalidPathException e) {
            throw new TaskFailedException(what + " cannot be stored under its name: " + e.getReason(), e);
        }
    }

    /**
     * Makes a path.
     *
     * @param text a path, absolute or relative
     * @return the path whose bytes are the text in UTF-8
     * @throws InvalidPathException if no file can have that name
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
            throw new InvalidPathException(text, "half a character cannot be written");
        }
    }

    /**
     * Gives a path as it is written in files that other programs read, in UTF-8.
     *
     * @param path any path
     * @return its text
     * @throws TaskFailedException if its bytes are no UTF-8
     */
    public static String text(Path path) {
        return decoded(path)
                .orElseThrow(() -> new TaskFailedException(
                        path + " has a name that is not UTF-8; give it a name that is, and start again"));
    }

    /**
     * Gives what tells a path from others, the same in each locale.
     *
     * @param path any path
     * @return its text, or something that is none if its bytes are no UTF-8
     */
    public static String key(Path path) {
        return decoded(path).orElseGet(() -> "\0" + ROOT.resolve(path).toUri().getRawPath());
    }

    /**
     * Gives a path for people to read.
     *
     * @param path any path
     * @return its text; what is no UTF-8 in it is replaced
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
        // The URI of a directory ends in a slash.
        return utf8(bytes.toByteArray())
                .map(text -> text.length() > 1 && text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
    }

    /**
     * Reads a text.
     *
     * @param bytes the text in UTF-8
     * @return the text; empty if the bytes are no UTF-8
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
     * Returns whether a text reaches a program as it is: in its arguments, its variables, or as its directory.
     *
     * @param text any text
     * @return false if it has other letters than those of ASCII, and this process is limited to these
     */
    public static boolean isPassable(String text) {
        return isPassable(text, limit().isPresent());
    }

    /** Programs take UTF-8 for granted, as the worker has Python do. */
    static boolean isPassable(String text, boolean isLimited) {
        return !isLimited || isAscii(text);
    }

    /**
     * Returns whether the locale knows nothing but ASCII.
     *
     * @return true in the locale {@code C}
     */
    public static boolean hasAsciiOnly() {
        return !knowsAll(ENCODING) && !Charset.forName(ENCODING).newEncoder().canEncode('\u00E9');
    }

    /**
     * Returns whether Java makes a certain text of another one that this process was started with.
     *
     * @param text the text as it was
     * @param seen what Java says
     * @return true also where letters were lost
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
