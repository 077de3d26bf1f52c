package sg.aiverify.worker.files;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apiguardian.api.API;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.Settings;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.RunCancelledException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.files.internal.DiskFailure;
import sg.aiverify.worker.run.Cancellation;

/**
 * Extracts untrusted zip archives. It writes nothing outside the target directory, creates no links, and enforces the
 * limits during the extraction. Thread-safe.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public final class ArchiveExtractor {
    /** The largest size of an archive's content. */
    public static final Setting<Integer> MAX_MB = Setting.integer(
                    "TEWORKER_ARCHIVE_MAX_MB",
                    "10240",
                    1,
                    Integer.MAX_VALUE,
                    "MB",
                    "largest size of the content of one downloaded zip")
            .inGroup("Disk");
    /** The largest number of files and directories in an archive. */
    public static final Setting<Integer> MAX_ENTRIES = Setting.integer(
                    "TEWORKER_ARCHIVE_MAX_ENTRIES",
                    "200000",
                    1,
                    10_000_000,
                    "most files and directories in one downloaded zip")
            .inGroup("Disk");

    private static final int BUFFER_BYTES = 64 * 1024;
    private static final long MB = 1024L * 1024L;

    private final long maxBytes;
    private final int maxEntries;

    /**
     * Creates an extractor.
     *
     * @param maxMegabytes the largest size of an archive's content, in MB
     * @param maxEntries the largest number of files and directories in an archive
     */
    public ArchiveExtractor(int maxMegabytes, int maxEntries) {
        this.maxBytes = maxMegabytes * MB;
        this.maxEntries = maxEntries;
    }

    /**
     * Creates an extractor with the limits of the settings.
     *
     * @param settings the worker's settings
     * @return the extractor
     */
    public static ArchiveExtractor of(Settings settings) {
        return new ArchiveExtractor(settings.get(MAX_MB), settings.get(MAX_ENTRIES));
    }

    /**
     * Lists the settings.
     *
     * @return the settings that {@link #of} reads
     */
    public static List<Setting<?>> settings() {
        return List.of(MAX_MB, MAX_ENTRIES);
    }

    /**
     * Extracts a zip archive.
     *
     * @param zip the zip
     * @param directory the target directory; created if it does not exist, otherwise it must be empty
     * @param what a name of the archive for messages, for example {@code model 'a'}
     * @param cancellation the run's cancellation
     * @throws TaskFailedException if the archive is damaged, exceeds a limit or contains an entry that is not allowed
     * @throws InfrastructureException if the disk fails
     */
    public void extract(Path zip, Path directory, String what, Cancellation cancellation) {
        try (ZipFile archive = open(zip, what)) {
            new Extraction(archive, Files.createDirectories(directory), what, cancellation).run();
        } catch (IOException e) {
            throw DiskFailure.with("unpacking " + what, e);
        }
    }

    /**
     * Reads the first file whose path is accepted. Checks the entries by the rules of {@link #extract}.
     *
     * @param zip the zip
     * @param wanted accepts a path in the archive, with {@code /}
     * @param maxBytes the largest size of the file, in bytes
     * @param what a name of the archive for messages
     * @return the file's content; empty if no path is accepted
     * @throws TaskFailedException if the archive is damaged, an entry before the file is not allowed, or the file is
     *     too large
     * @throws InfrastructureException if the disk fails
     */
    public Optional<byte[]> find(Path zip, Predicate<String> wanted, int maxBytes, String what) {
        try (ZipFile archive = open(zip, what)) {
            EntryNames names = EntryNames.of(archive, what, maxEntries);
            for (ZipArchiveEntry entry : Collections.list(archive.getEntries())) {
                EntryNames.Named named = names.check(entry);
                if (!named.isDirectory() && wanted.test(named.path())) {
                    return Optional.of(content(archive, entry, maxBytes, what));
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw DiskFailure.with("reading " + what, e);
        }
    }

    /**
     * Lists the files of a zip. Checks the entries by the rules of {@link #extract}.
     *
     * @param zip the zip
     * @param what a name of the archive for messages
     * @return their paths, with {@code /}, in the order of the zip
     * @throws TaskFailedException if the archive is damaged or contains an entry that is not allowed
     * @throws InfrastructureException if the disk fails
     */
    public List<String> files(Path zip, String what) {
        try (ZipFile archive = open(zip, what)) {
            EntryNames names = EntryNames.of(archive, what, maxEntries);
            return Collections.list(archive.getEntries()).stream()
                    .map(names::check)
                    .filter(named -> !named.isDirectory())
                    .map(EntryNames.Named::path)
                    .toList();
        } catch (IOException e) {
            throw DiskFailure.with("reading " + what, e);
        }
    }

    private static byte[] content(ZipFile archive, ZipArchiveEntry entry, int maxBytes, String what) {
        String name = "The entry '" + entry.getName() + "' in the zip of " + what;
        try (InputStream in = archive.getInputStream(entry)) {
            byte[] content = in.readNBytes(maxBytes + 1);
            if (content.length > maxBytes) {
                throw new TaskFailedException(name + " is larger than " + maxBytes + " bytes");
            }
            return content;
        } catch (IOException | RuntimeException e) {
            throw e instanceof TaskFailedException refusal
                    ? refusal
                    : new TaskFailedException(name + " cannot be read: " + Reason.of(e), e);
        }
    }

    private ZipFile open(Path zip, String what) throws IOException {
        switch (ZipDirectory.sizeOf(zip, maxEntries)) {
            case TOO_MANY_ENTRIES ->
                throw new TaskFailedException("The zip of " + what + " has more than " + maxEntries
                        + " entries, the limit of " + MAX_ENTRIES);
            case TOO_LARGE ->
                throw new TaskFailedException("The zip of " + what + " is rejected: its list of entries exceeds"
                        + " the limit of " + ZipDirectory.MAX_MB + " MB");
            default -> {
                // The list can be read.
            }
        }
        try {
            return ZipFile.builder()
                    .setPath(zip)
                    .setCharset(StandardCharsets.UTF_8)
                    .setUseUnicodeExtraFields(false)
                    .get();
        } catch (FileSystemException e) {
            throw e; // The disk failed; the archive is not damaged.
        } catch (IOException | IllegalArgumentException e) {
            String problem = ZipDirectory.problem(zip).orElseGet(() -> Reason.of(e));
            throw new TaskFailedException("The zip of " + what + " cannot be read: " + problem, e);
        }
    }

    private final class Extraction {
        private final ZipFile archive;
        private final Path directory;
        private final String what;
        private final Cancellation cancellation;
        private final EntryNames names;
        private final byte[] buffer = new byte[BUFFER_BYTES];
        private long bytes;

        Extraction(ZipFile archive, Path directory, String what, Cancellation cancellation) {
            this.archive = archive;
            this.directory = directory;
            this.what = what;
            this.cancellation = cancellation;
            this.names = EntryNames.of(archive, what, maxEntries);
        }

        void run() throws IOException {
            int count = 0;
            Enumeration<ZipArchiveEntry> entries = archive.getEntries();
            while (entries.hasMoreElements()) {
                cancellation.throwIfCancelled();
                ZipArchiveEntry entry = entries.nextElement();
                count++;
                EntryNames.Named named = names.check(entry);
                String name = named.path();
                if (count > maxEntries) {
                    throw refused(name, "exceeds " + maxEntries + " entries, the limit of " + MAX_ENTRIES);
                }
                if (name.isEmpty()) {
                    continue;
                }
                Path target = FileNames.resolve(directory, name, "The entry '" + name + "' in the zip of " + what);
                if (named.isDirectory()) {
                    Files.createDirectories(target);
                } else {
                    Files.createDirectories(target.getParent());
                    write(entry, name, target);
                }
            }
        }

        private void write(ZipArchiveEntry entry, String name, Path target) throws IOException {
            if (!archive.canReadEntryData(entry)) {
                throw refused(name, "uses an unsupported compression method (" + entry.getMethod() + ")");
            }
            CRC32 checksum = new CRC32();
            try (InputStream in = content(entry, name);
                    OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
                for (int n = read(in, name); n >= 0; n = read(in, name)) {
                    cancellation.throwIfCancelled();
                    bytes += n;
                    if (bytes > maxBytes) {
                        throw refused(name, "exceeds " + maxBytes / MB + " MB in total, the limit of " + MAX_MB);
                    }
                    checksum.update(buffer, 0, n);
                    out.write(buffer, 0, n);
                }
            }
            if (checksum.getValue() != entry.getCrc()) {
                throw refused(name, "does not match its checksum: the zip is damaged");
            }
        }

        private InputStream content(ZipArchiveEntry entry, String name) {
            try {
                return archive.getInputStream(entry);
            } catch (IOException | RuntimeException e) {
                throw damaged(name, e);
            }
        }

        private int read(InputStream in, String name) {
            try {
                return in.read(buffer);
            } catch (ClosedByInterruptException e) {
                throw new RunCancelledException("unpacking " + what + " was interrupted", e);
            } catch (IOException | RuntimeException e) {
                throw damaged(name, e);
            }
        }

        private TaskFailedException damaged(String name, Exception e) {
            return new TaskFailedException(
                    "The entry '" + name + "' in the zip of " + what + " cannot be read: " + Reason.of(e), e);
        }

        private TaskFailedException refused(String name, String reason) {
            return new TaskFailedException("The entry '" + name + "' in the zip of " + what + " " + reason);
        }
    }
}
