package sg.aiverify.worker.pipelines.k8s.internal.pod;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.TaskFailedException;

/** The archive in which a pod sends its result. It is untrusted. */
final class PodResultArchive {
    private static final int MAX_HEADER_BYTES = 64 * 1024;

    private PodResultArchive() {}

    /**
     * Unpacks an untrusted result. Accepts only plain files that were requested, each once, and only paths below the
     * directory. Refuses sparse files, which are small in the archive but large on the disk, and large headers, which
     * would fill the heap.
     *
     * @param archive a tar from the pod
     * @param names the names of the requested files
     * @param directory an existing directory of the run
     * @throws IOException if the archive is truncated, or was not written by in_pod.py
     */
    static void unpack(InputStream archive, Collection<String> names, Path directory) throws IOException {
        Set<String> requested = new HashSet<>(names);
        HeaderLimit limited = new HeaderLimit(archive);
        try (TarArchiveInputStream tar = new TarArchiveInputStream(limited, StandardCharsets.UTF_8.name())) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                limited.lift();
                if (!requested.remove(entry.getName())) {
                    throw new IOException("the pod sent '" + FailureText.printable(entry.getName())
                            + "', which was not requested, or was sent twice");
                }
                Path file = resolve(directory, entry.getName());
                if (!isPlain(entry) || !file.startsWith(directory)) {
                    throw new IOException(
                            "the pod sent '" + entry.getName() + "', which is not a plain file of a result");
                }
                Files.createDirectories(file.getParent());
                Files.copy(tar, file);
                limited.impose();
            }
        }
    }

    /** Limits the size of an entry's headers, all of which the library keeps in memory. */
    private static final class HeaderLimit extends FilterInputStream {
        private long left = MAX_HEADER_BYTES;

        HeaderLimit(InputStream archive) {
            super(archive);
        }

        void impose() {
            left = MAX_HEADER_BYTES;
        }

        void lift() {
            left = Long.MAX_VALUE;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = super.read(bytes, offset, length);
            left -= Math.max(0, count);
            if (left < 0) {
                throw new IOException(
                        "the pod sent an archive with headers of more than " + MAX_HEADER_BYTES + " bytes");
            }
            return count;
        }

        @Override
        public long skip(long count) throws IOException {
            long skipped = super.skip(count);
            left -= skipped;
            return skipped;
        }
    }

    private static boolean isPlain(TarArchiveEntry entry) {
        return entry.isFile() && !entry.isSymbolicLink() && !entry.isLink() && !entry.isSparse();
    }

    private static Path resolve(Path directory, String name) {
        try {
            return directory.resolve(FileNames.of(name)).normalize();
        } catch (InvalidPathException e) {
            throw new TaskFailedException(FailureText.printable(
                    "Failed to run algorithm: its output has a file whose name the worker cannot use: "
                            + e.getMessage()));
        }
    }
}
