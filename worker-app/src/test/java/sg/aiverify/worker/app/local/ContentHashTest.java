package sg.aiverify.worker.app.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentHashTest {
    @TempDir
    Path directory;

    @Test
    void aFileIsHashedAsEverybodyDoes() throws IOException {
        assertThat(ContentHash.of(Files.writeString(directory.resolve("abc"), "abc")))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void aFolderChangesWithNamesAndContentButNotWithWhatToolsLeave() throws IOException {
        Files.writeString(directory.resolve("a.py"), "one");
        String before = ContentHash.of(directory);

        Files.createDirectory(directory.resolve("__pycache__"));
        Files.writeString(directory.resolve("__pycache__/a.pyc"), "compiled");
        assertThat(ContentHash.of(directory)).isEqualTo(before);

        Files.writeString(directory.resolve("a.py"), "two");
        String changed = ContentHash.of(directory);
        Files.move(directory.resolve("a.py"), directory.resolve("b.py"));

        assertThat(changed).isNotEqualTo(before);
        assertThat(ContentHash.of(directory)).isNotEqualTo(before).isNotEqualTo(changed);
    }
}
