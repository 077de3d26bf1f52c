package sg.aiverify.worker.files;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apiguardian.api.API;

/**
 * An open regular file of a run, with its size at the time of opening. Its path is resolved step by step through open
 * directories, so that no link is followed. Not thread-safe.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public final class RunFile implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(RunFile.class);

    private final SeekableByteChannel channel;
    private final long size;

    private RunFile(SeekableByteChannel channel) throws IOException {
        this.channel = channel;
        this.size = channel.size();
    }

    /** An action on the last part of a name, in the directory that contains it. */
    private interface LastStep<T> {
        T in(SecureDirectoryStream<Path> directory, Path name) throws IOException;
    }

    /**
     * Opens a file. Call this only after the run has ended, or for files that were {@linkplain TakenFiles taken} from
     * it. A running process could replace a file with a pipe, on which this method would block.
     *
     * @param directory the base directory; the run can replace neither it nor its parents
     * @param name the path below this directory, with {@code /}; can be untrusted
     * @return the file; empty if it does not exist or is not a regular file
     * @throws IOException if the disk fails
     */
    public static Optional<RunFile> open(Path directory, String name) throws IOException {
        return find(
                directory,
                name,
                (parent, last) -> new RunFile(
                        parent.newByteChannel(last, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))));
    }

    /**
     * Returns whether a file exists.
     *
     * @param directory the base directory; the run can replace neither it nor its parents
     * @param name the path below this directory, with {@code /}; can be untrusted
     * @return false if it does not exist or is not a regular file
     * @throws IOException if the disk fails
     */
    public static boolean exists(Path directory, String name) throws IOException {
        return find(directory, name, (parent, last) -> true).isPresent();
    }

    private static <T> Optional<T> find(Path directory, String name, LastStep<T> step) throws IOException {
        List<String> parts = List.of(name.split("/", -1));
        if (parts.stream().anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."))) {
            return Optional.empty();
        }
        try (SecureDirectoryStream<Path> top = directory(directory)) {
            return find(top, parts, step);
        } catch (InvalidPathException | FileSystemException e) {
            log.debug("{} is not a regular file in {}", name, directory, e);
            return Optional.empty();
        }
    }

    private static <T> Optional<T> find(SecureDirectoryStream<Path> directory, List<String> parts, LastStep<T> step)
            throws IOException {
        Path first = Path.of(parts.get(0));
        BasicFileAttributes attributes = attributes(directory, first);
        if (parts.size() == 1) {
            return attributes.isRegularFile() ? Optional.of(step.in(directory, first)) : Optional.empty();
        }
        if (!attributes.isDirectory()) { // Opening a pipe would block forever.
            return Optional.empty();
        }
        try (SecureDirectoryStream<Path> below = directory.newDirectoryStream(first, LinkOption.NOFOLLOW_LINKS)) {
            return find(below, parts.subList(1, parts.size()), step);
        }
    }

    /** Opens a directory whose path a run cannot change. */
    static SecureDirectoryStream<Path> directory(Path path) throws IOException {
        DirectoryStream<Path> opened = Files.newDirectoryStream(path);
        if (opened instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        opened.close();
        throw new IOException("the file system of " + path + " cannot be read safely");
    }

    static BasicFileAttributes attributes(SecureDirectoryStream<Path> directory, Path name) throws IOException {
        return directory
                .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes();
    }

    /**
     * Returns the file's size.
     *
     * @return the size in bytes at the time of opening
     */
    public long size() {
        return size;
    }

    /**
     * Returns the content, up to the size at the time of opening. Call this method only once.
     *
     * @return a stream that is closed with this file
     */
    public InputStream content() {
        return new Limited(Channels.newInputStream(channel), size);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /**
     * A stream that ends at the size at the time of opening, since a process that has the file open could append to it.
     */
    private static final class Limited extends InputStream {
        private final InputStream content;
        private long left;

        Limited(InputStream content, long left) {
            this.content = content;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0 && length > 0) {
                return -1;
            }
            int count = content.read(bytes, offset, (int) Math.min(length, left));
            left -= Math.max(0, count);
            return count;
        }
    }
}
