package sg.aiverify.worker.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import sg.aiverify.worker.files.internal.DiskFailure;

/**
 * Checks the end of a zip archive, by the rules of PKWARE's APPNOTE.TXT 4.3. The library that extracts the archive
 * first reads the whole list of entries into memory. Therefore the size of the list is checked before that.
 */
final class ZipDirectory {
    private static final int END = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int MAX_COMMENT_BYTES = 0xFFFF;
    private static final int ZIP64_LOCATOR = 0x07064b50;
    private static final int ZIP64_LOCATOR_BYTES = 20;
    private static final int FILE = 0x04034b50;
    private static final int ENTRY = 0x02014b50;
    private static final int ENTRY_BYTES = 46;
    /** The maximum size of the list, enough for 200,000 entries with names of 200 bytes. */
    static final int MAX_MB = 64;

    private ZipDirectory() {}

    /** The result of checking the size of a list of entries. */
    enum Size {
        FINE,
        TOO_MANY_ENTRIES,
        TOO_LARGE
    }

    /**
     * Checks the size of the list of entries: their number, and the bytes of their names and comments.
     *
     * @param maxEntries the largest number of entries
     * @param zip any file
     * @return the result; {@code FINE} also for a file that is damaged or not a zip, which is found when the file is
     *     read
     */
    static Size sizeOf(Path zip, int maxEntries) {
        try (FileChannel channel = FileChannel.open(zip, StandardOpenOption.READ)) {
            long start = start(channel);
            long position = start;
            for (int count = 0; position >= 0; count++) {
                ByteBuffer entry = read(channel, position, ENTRY_BYTES);
                if (entry.remaining() < ENTRY_BYTES || entry.getInt(0) != ENTRY) {
                    return Size.FINE;
                }
                if (count >= maxEntries) {
                    return Size.TOO_MANY_ENTRIES;
                }
                if (position - start > MAX_MB * 1024L * 1024L) {
                    return Size.TOO_LARGE;
                }
                position += ENTRY_BYTES + unsigned(entry, 28) + unsigned(entry, 30) + unsigned(entry, 32);
            }
            return Size.FINE;
        } catch (IOException e) {
            throw DiskFailure.with("reading " + zip, e);
        }
    }

    /**
     * Describes the problem of a file without a list of entries.
     *
     * @param zip any file
     * @return the problem, as a clause; empty if the file has a list of entries
     */
    static Optional<String> problem(Path zip) {
        try (FileChannel channel = FileChannel.open(zip, StandardOpenOption.READ)) {
            if (start(channel) >= 0) {
                return Optional.empty();
            }
            ByteBuffer first = read(channel, 0, Integer.BYTES);
            if (!first.hasRemaining()) {
                return Optional.of("it is empty");
            }
            boolean isZip = first.remaining() == Integer.BYTES && first.getInt(0) == FILE;
            return Optional.of(isZip ? "its end is missing; copy it again" : "it is not a zip");
        } catch (IOException e) {
            throw DiskFailure.with("reading " + zip, e);
        }
    }

    private static long start(FileChannel channel) throws IOException {
        long size = channel.size();
        int tailBytes = (int) Math.min(size, END_BYTES + MAX_COMMENT_BYTES);
        long tailStart = size - tailBytes;
        ByteBuffer tail = read(channel, tailStart, tailBytes);
        for (int i = tail.remaining() - END_BYTES; i >= 0; i--) {
            if (tail.getInt(i) == END) {
                long offset = Integer.toUnsignedLong(tail.getInt(i + 16));
                return offset == 0xFFFFFFFFL ? zip64Start(channel, tailStart + i) : offset;
            }
        }
        return -1;
    }

    private static long zip64Start(FileChannel channel, long end) throws IOException {
        if (end < ZIP64_LOCATOR_BYTES) {
            return -1;
        }
        ByteBuffer locator = read(channel, end - ZIP64_LOCATOR_BYTES, ZIP64_LOCATOR_BYTES);
        if (locator.remaining() < ZIP64_LOCATOR_BYTES || locator.getInt(0) != ZIP64_LOCATOR || locator.getLong(8) < 0) {
            return -1;
        }
        ByteBuffer zip64End = read(channel, locator.getLong(8), 56);
        return zip64End.remaining() < 56 ? -1 : zip64End.getLong(48);
    }

    private static int unsigned(ByteBuffer buffer, int index) {
        return Short.toUnsignedInt(buffer.getShort(index));
    }

    private static ByteBuffer read(FileChannel channel, long position, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining() && channel.read(buffer, position + buffer.position()) > 0) {
            continue;
        }
        return buffer.flip();
    }
}
