package sg.aiverify.worker.pipelines.k8s;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.List;
import java.util.Set;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.python.RunnerRequest;

/**
 * Copies a result from where a pod could write to where only the worker can. No link is followed, wherever it stands in
 * a path: it could lead to another run's files, or to the worker's own.
 */
final class TakenResult {
    private static final Logger log = LogManager.getLogger(TakenResult.class);
    private static final int BUFFER_BYTES = 64 * 1024;
    private final Path into;
    private final long maxBytes;
    private long left;

    private TakenResult(Path into, long maxBytes) {
        this.into = into;
        this.maxBytes = maxBytes;
        this.left = maxBytes;
    }

    /**
     * Copies the output and the artifacts that are there as plain files; what is missing is left out.
     *
     * @param directory the run's place on the volume
     * @param artifacts names below the runner's directory of artifacts, unchecked
     * @param into gets them under their names; exists
     * @param maxBytes of all together
     * @throws IOException if a disk or the volume fails
     * @throws TaskFailedException if there is more
     */
    static void copy(JobDirectory directory, List<String> artifacts, Path into, long maxBytes) throws IOException {
        TakenResult taken = new TakenResult(into, maxBytes);
        try (DirectoryStream<Path> trusted =
                Files.newDirectoryStream(directory.result().getParent().getParent())) {
            if (!(trusted instanceof SecureDirectoryStream<Path> top)) {
                throw new IOException("the file system of " + directory.result() + " cannot be read safely");
            }
            taken.take(top, RunnerRequest.RESULT);
            for (String artifact : artifacts) {
                taken.take(top, RunnerRequest.ARTIFACTS + "/" + artifact);
            }
        }
    }

    private void take(SecureDirectoryStream<Path> top, String name) throws IOException {
        List<String> parts = List.of((JobDirectory.RESULT + "/" + name).split("/", -1));
        if (parts.stream().anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."))) {
            return;
        }
        try {
            take(top, parts, into.resolve(name));
        } catch (InvalidPathException | NoSuchFileException e) {
            log.debug("{} is not there", name, e);
        } catch (FileSystemException e) {
            if (e.getReason() != null && e.getReason().contains("No space left")) {
                throw e;
            }
            log.debug("{} is no plain file", name, e); // a link, or a file in place of a directory
        }
    }

    private void take(SecureDirectoryStream<Path> in, List<String> parts, Path target) throws IOException {
        Path first = Path.of(parts.get(0));
        if (parts.size() > 1) {
            try (SecureDirectoryStream<Path> below = in.newDirectoryStream(first, LinkOption.NOFOLLOW_LINKS)) {
                take(below, parts.subList(1, parts.size()), target);
            }
        } else if (in.getFileAttributeView(first, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes()
                .isRegularFile()) {
            Files.createDirectories(target.getParent());
            try (SeekableByteChannel channel =
                            in.newByteChannel(first, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
                    InputStream from = Channels.newInputStream(channel);
                    OutputStream to = Files.newOutputStream(target)) {
                copy(from, to);
            }
        }
    }

    private void copy(InputStream from, OutputStream to) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
            left -= count;
            if (left < 0) {
                throw new TaskFailedException("Failed to run algorithm: its result is larger than " + (maxBytes >> 20)
                        + " MiB; the limit is " + KubectlSettings.SCRATCH.name());
            }
            to.write(buffer, 0, count);
        }
    }
}
