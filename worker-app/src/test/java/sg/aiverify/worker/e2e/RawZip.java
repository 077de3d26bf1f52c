package sg.aiverify.worker.e2e;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** A zip written byte by byte, in which every field can have a wrong value. */
final class RawZip {
    static final int SYMBOLIC_LINK = 0120777;
    static final int CHARACTER_DEVICE = 0020666;
    static final int BLOCK_DEVICE = 0060666;
    static final int PIPE = 0010666;
    static final int SOCKET = 0140666;
    private static final int UTF8_NAMES = 0x800;
    private static final int UNIX = 3 << 8;

    private final List<Entry> entries = new ArrayList<>();

    /** An entry; if {@code shared}, it refers to the data of an earlier entry with the same content. */
    record Entry(byte[] name, int flags, int mode, byte[] content, long claimedBytes, byte[] comment, boolean shared) {
        Entry withMode(int changed) {
            return new Entry(name, flags, changed, content, claimedBytes, comment, shared);
        }

        Entry claiming(long bytes) {
            return new Entry(name, flags, mode, content, bytes, comment, shared);
        }

        Entry withFlags(int changed) {
            return new Entry(name, changed, mode, content, claimedBytes, comment, shared);
        }

        Entry withComment(int bytes) {
            return new Entry(name, flags, mode, content, claimedBytes, new byte[bytes], shared);
        }

        Entry sharing() {
            return new Entry(name, flags, mode, content, claimedBytes, comment, true);
        }
    }

    static Entry file(String name, byte[] content) {
        return new Entry(
                name.getBytes(StandardCharsets.UTF_8),
                UTF8_NAMES,
                0100644,
                content,
                content.length,
                new byte[0],
                false);
    }

    static Entry file(String name) {
        return file(name, "x".getBytes(StandardCharsets.UTF_8));
    }

    static Entry rawName(byte[] name, boolean markedAsUtf8) {
        return new Entry(name, markedAsUtf8 ? UTF8_NAMES : 0, 0100644, new byte[] {'x'}, 1, new byte[0], false);
    }

    RawZip with(Entry entry) {
        entries.add(entry);
        return this;
    }

    /** Writes it. */
    byte[] bytes() {
        return bytes(entries.size());
    }

    /** Writes it with a different number of entries in its end record. */
    byte[] bytes(int claimedEntries) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream directory = new ByteArrayOutputStream();
        byte[] sharedContent = null;
        int sharedOffset = 0;
        byte[] sharedDeflated = new byte[0];
        for (Entry entry : entries) {
            boolean again = entry.shared() && entry.content() == sharedContent;
            int offset = again ? sharedOffset : out.size();
            byte[] deflated = again ? sharedDeflated : deflated(entry.content());
            if (!again) {
                out.writeBytes(local(entry, deflated));
                out.writeBytes(deflated);
            }
            if (entry.shared()) {
                sharedContent = entry.content();
                sharedOffset = offset;
                sharedDeflated = deflated;
            }
            directory.writeBytes(central(entry, deflated, offset));
        }
        int start = out.size();
        out.writeBytes(directory.toByteArray());
        ByteBuffer end = buffer(22);
        end.putInt(0x06054b50).putInt(0);
        end.putShort((short) claimedEntries).putShort((short) claimedEntries);
        end.putInt(directory.size()).putInt(start).putShort((short) 0);
        out.writeBytes(end.array());
        return out.toByteArray();
    }

    private static byte[] local(Entry entry, byte[] deflated) {
        ByteBuffer header = buffer(30 + entry.name().length);
        header.putInt(0x04034b50).putShort((short) 20);
        fields(header, entry, deflated);
        header.putShort((short) entry.name().length).putShort((short) 0).put(entry.name());
        return header.array();
    }

    private static byte[] central(Entry entry, byte[] deflated, int offset) {
        ByteBuffer header = buffer(46 + entry.name().length + entry.comment().length);
        header.putInt(0x02014b50).putShort((short) (UNIX | 20)).putShort((short) 20);
        fields(header, entry, deflated);
        header.putShort((short) entry.name().length).putShort((short) 0);
        header.putShort((short) entry.comment().length).putShort((short) 0).putShort((short) 0);
        header.putInt(entry.mode() << 16).putInt(offset).put(entry.name()).put(entry.comment());
        return header.array();
    }

    private static void fields(ByteBuffer header, Entry entry, byte[] deflated) {
        CRC32 checksum = new CRC32();
        checksum.update(entry.content());
        header.putShort((short) entry.flags()).putShort((short) 8).putInt(0);
        header.putInt((int) checksum.getValue()).putInt(deflated.length).putInt((int) entry.claimedBytes());
    }

    private static byte[] deflated(byte[] content) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
        deflater.setInput(content);
        deflater.finish();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[64 * 1024];
        while (!deflater.finished()) {
            out.write(buffer, 0, deflater.deflate(buffer));
        }
        deflater.end();
        return out.toByteArray();
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
