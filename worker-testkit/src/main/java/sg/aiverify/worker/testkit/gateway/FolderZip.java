package sg.aiverify.worker.testkit.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Zips a folder as the real gateway does, with relative names and directory entries, and without compression. */
final class FolderZip {
    private FolderZip() {}

    static byte[] of(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IOException("not a directory: " + folder);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes);
                Stream<Path> walk = Files.walk(folder)) {
            List<Path> paths =
                    walk.filter(path -> !path.equals(folder)).sorted().toList();
            for (Path path : paths) {
                boolean directory = Files.isDirectory(path);
                String name = folder.relativize(path).toString().replace('\\', '/');
                byte[] content = directory ? new byte[0] : Files.readAllBytes(path);
                CRC32 crc = new CRC32();
                crc.update(content);
                ZipEntry entry = new ZipEntry(directory ? name + "/" : name);
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(content.length);
                entry.setCrc(crc.getValue());
                entry.setLastModifiedTime(Files.getLastModifiedTime(path));
                zip.putNextEntry(entry);
                zip.write(content);
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }
}
