package sg.aiverify.worker.pipelines.docker.internal.engine;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.run.internal.DaemonThreads;

/** Creates tar streams. A stream is written while it is read, so its files are not copied on the worker's disk. */
public final class TarSource {
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final int DIRECTORY_MODE = 0755;
    private static final int FILE_MODE = 0644;
    private static final Set<String> SKIPPED = Set.of(".git", ".venv", "__pycache__");

    private TarSource() {}

    /** Writes the entries of a tar stream. */
    @FunctionalInterface
    public interface Content {
        void write(Entries entries) throws IOException;
    }

    /**
     * Passes a tar stream to a reader, which is called in this thread.
     *
     * @throws InfrastructureException if the files cannot be read; instead of the end, the reader then gets an error
     */
    public static <T> T send(Content content, Function<InputStream, T> reader) {
        AtomicReference<@Nullable Exception> problem = new AtomicReference<>();
        try (PipedInputStream pipe = new PipedInputStream(BUFFER_BYTES)) {
            PipedOutputStream output = new PipedOutputStream(pipe);
            DaemonThreads.start("docker-tar", () -> write(content, output, problem));
            T result;
            try {
                result = reader.apply(new WholeInput(pipe, problem));
            } catch (RuntimeException e) {
                check(problem.get());
                throw e;
            }
            check(problem.get());
            return result;
        } catch (IOException e) {
            throw new InfrastructureException("The files to send to Docker cannot be read: " + Reason.of(e), e);
        }
    }

    private static void write(Content content, OutputStream output, AtomicReference<@Nullable Exception> problem) {
        try (output;
                Entries entries = new Entries(new TarArchiveOutputStream(output, "UTF-8"))) {
            try {
                content.write(entries);
            } catch (IOException | RuntimeException e) {
                problem.set(e); // before the pipe is closed, since its reader then checks for a problem
            }
        } catch (IOException e) {
            problem.compareAndSet(null, e);
        }
    }

    private static void check(@Nullable Exception problem) throws IOException {
        if (problem instanceof IOException failure) {
            throw failure;
        }
        if (problem instanceof RuntimeException refusal) {
            throw refusal;
        }
    }

    /** Ends with an error if the tar stream is incomplete, so that the engine does not accept it as complete. */
    private static final class WholeInput extends FilterInputStream {
        private final AtomicReference<@Nullable Exception> problem;

        private WholeInput(InputStream pipe, AtomicReference<@Nullable Exception> problem) {
            super(pipe);
            this.problem = problem;
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            return read < 0 ? end() : read;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = super.read(bytes, offset, length);
            return read < 0 ? end() : read;
        }

        private int end() throws IOException {
            check(problem.get());
            return -1;
        }
    }

    /** Adds files and directories to a tar stream. */
    public static final class Entries implements AutoCloseable {
        private final TarArchiveOutputStream tar;

        private Entries(TarArchiveOutputStream tar) {
            this.tar = tar;
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            tar.setAddPaxHeadersForNonAsciiNames(true);
        }

        public void directory(String name, int uid, int gid) throws IOException {
            TarArchiveEntry entry = new TarArchiveEntry(name + "/");
            entry.setMode(DIRECTORY_MODE);
            put(entry, uid, gid);
        }

        public void text(String name, String text) throws IOException {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            TarArchiveEntry entry = new TarArchiveEntry(name);
            entry.setSize(bytes.length);
            entry.setMode(FILE_MODE);
            tar.putArchiveEntry(entry);
            tar.write(bytes);
            tar.closeArchiveEntry();
        }

        /** Adds a file, or a directory with its contents. Skips links, and directories such as {@code .git}. */
        public void tree(String name, Path root) throws IOException {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                        throws IOException {
                    if (!directory.equals(root)
                            && SKIPPED.contains(directory.getFileName().toString())) {
                        return FileVisitResult.SKIP_SUBTREE;
                    }
                    directory(below(directory), 0, 0);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                        TarArchiveEntry entry = new TarArchiveEntry(below(file));
                        entry.setSize(attributes.size());
                        entry.setMode(FILE_MODE);
                        tar.putArchiveEntry(entry);
                        Files.copy(file, tar);
                        tar.closeArchiveEntry();
                    }
                    return FileVisitResult.CONTINUE;
                }

                private String below(Path path) {
                    return path.equals(root) ? name : name + "/" + FileNames.text(root.relativize(path));
                }
            });
        }

        private void put(TarArchiveEntry entry, int uid, int gid) throws IOException {
            entry.setUserId(uid);
            entry.setGroupId(gid);
            tar.putArchiveEntry(entry);
            tar.closeArchiveEntry();
        }

        @Override
        public void close() throws IOException {
            tar.close();
        }
    }
}
