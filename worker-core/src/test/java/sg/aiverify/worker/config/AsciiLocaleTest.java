package sg.aiverify.worker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests names of files in a process with the locale C, as in many containers. In this locale Java knows only ASCII. */
class AsciiLocaleTest {
    @TempDir
    Path directory;

    @Test
    void everyNameIsKeptAndADataDirectoryThatProgramsCannotBeGivenIsRefused() throws Exception {
        assumeTrue(
                StandardCharsets.US_ASCII.newEncoder().canEncode(System.getProperty("java.class.path")),
                "needs a class path in ASCII: Java itself does not find another one in the locale C");
        Path here = Files.createDirectory(directory.resolve(FileNames.of("où")));
        Files.createFile(here.resolve("here"));
        Path script = directory.resolve("start.sh");
        // As arguments, Java would encode these in the locale of the tests.
        Files.writeString(script, """
                cd "$1/où" || exit 1
                LC_ALL=C ODD=Größe exec "$2" -Xmx64m -cp "$3" %s "$1"
                """.formatted(AsciiProcess.class.getName()));

        Process process = new ProcessBuilder(
                        "sh",
                        script.toString(),
                        directory.toString(),
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        System.getProperty("java.class.path"))
                .inheritIO()
                .start();

        assertThat(process.waitFor()).isZero();
        List<String> seen = Files.readAllLines(directory.resolve("seen"));
        assertThat(seen.subList(0, 4))
                .containsExactly(
                        "größe/漢字.txt",
                        "true",
                        FileNames.text(here.resolve("here").toRealPath()),
                        "true");
        assertThat(String.join("\n", seen.subList(4, seen.size())))
                .contains("The data directory " + FileNames.text(directory)
                        + "/données cannot be used: Java passes texts")
                .contains("start Java with LC_ALL=C.UTF-8, or set TEWORKER_DATA_DIR to another directory");
    }
}
