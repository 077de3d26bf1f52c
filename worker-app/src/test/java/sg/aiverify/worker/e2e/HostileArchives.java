package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sg.aiverify.worker.testkit.gateway.Fault;

/** Archives that lie, lead out of their place or grow beyond bounds. */
abstract class HostileArchives {
    private static final int MB = 1024 * 1024;

    private final HostileScene scene;

    HostileArchives(HostileScene scene) {
        this.scene = scene;
    }

    @ParameterizedTest
    @CsvSource({
        "../../../../../escaped.txt, leads out of the zip",
        "package/../../../escaped.txt, leads out of the zip",
        "/tmp/escaped.txt, has an absolute name",
        "C:/escaped.txt, has an absolute name",
        "..\\..\\escaped.txt, has a backslash or a control character in its name"
    })
    void zipSlip(String name, String reason) throws IOException {
        assertThat(scene.error(scene.order(new RawZip().with(RawZip.file(name)))))
                .contains("The entry '" + name + "' in the zip of algorithm", reason);

        try (Stream<Path> files = Files.walk(scene.directory)) {
            assertThat(files).noneMatch(file -> file.getFileName().toString().contains("escaped"));
        }
        assertThat(Path.of("/tmp/escaped.txt")).doesNotExist();
    }

    @Test
    void bombByRatio() {
        assertThat(scene.error(scene.order(new RawZip().with(RawZip.file("zeros", new byte[100 * MB])))))
                .contains("goes beyond 64 MB in all, the limit of TEWORKER_ARCHIVE_MAX_MB");
    }

    @Test
    void bombThatClaimsToBeSmall() {
        RawZip zip = new RawZip().with(RawZip.file("zeros", new byte[100 * MB]).claiming(10));

        assertThat(scene.error(scene.order(zip))).contains("The entry 'zeros' in the zip of algorithm");
    }

    @Test
    void bombOfEntriesThatShareTheirContent() {
        byte[] zeros = new byte[MB];
        RawZip zip = new RawZip();
        for (int i = 0; i < 900; i++) {
            zip.with(RawZip.file("zeros-" + i, zeros).sharing());
        }

        assertThat(scene.error(scene.order(zip)))
                .contains("goes beyond 64 MB in all, the limit of TEWORKER_ARCHIVE_MAX_MB");
    }

    @Test
    void bombByCount() {
        RawZip zip = new RawZip();
        for (int i = 0; i <= HostileScene.ARCHIVE_MAX_ENTRIES; i++) {
            zip.with(RawZip.file("file-" + i));
        }

        assertThat(scene.error(scene.order(zip)))
                .contains("has more than 1000 entries, the limit of TEWORKER_ARCHIVE_MAX_ENTRIES");
    }

    @Test
    void directoryOfEntriesThatIsHuge() {
        RawZip zip = new RawZip();
        for (int i = 0; i < 990; i++) {
            zip.with(RawZip.file(i + "-" + "n".repeat(5000)).withComment(65_500));
        }

        assertThat(scene.error(scene.order(zip))).contains("its list of entries", "MB, allowed are");
    }

    @Test
    void directoryOfEntriesThatClaimsMoreThanItHas() {
        byte[] zip = new RawZip().with(RawZip.file("a")).with(RawZip.file("b")).bytes(0xFFFF);

        assertThat(scene.error(scene.order(zip))).contains("in the zip of algorithm");
    }

    @ParameterizedTest
    @CsvSource({
        "0120777, is a link; only files and directories are allowed",
        "0020666, is neither a file nor a directory",
        "0060666, is neither a file nor a directory",
        "0010666, is neither a file nor a directory",
        "0140666, is neither a file nor a directory"
    })
    void linksDevicesAndPipes(String mode, String reason) {
        RawZip zip = new RawZip()
                .with(RawZip.file("odd", "/etc/passwd".getBytes(StandardCharsets.UTF_8))
                        .withMode(Integer.parseInt(mode, 8)));

        assertThat(scene.error(scene.order(zip))).contains("The entry 'odd' in the zip of algorithm", reason);
    }

    @Test
    void hardLinkInATar() {
        byte[] tar = new byte[1024];
        byte[] name = "hard".getBytes(StandardCharsets.UTF_8);
        System.arraycopy(name, 0, tar, 0, name.length);
        tar[156] = '1';
        byte[] target = "/etc/passwd".getBytes(StandardCharsets.UTF_8);
        System.arraycopy(target, 0, tar, 157, target.length);

        assertThat(scene.error(scene.order(tar))).contains("The zip of algorithm", "cannot be read");
    }

    @ParameterizedTest
    @CsvSource({
        "algo.py, algo.py, is there twice",
        "algo.py, ./algo.py, is there twice",
        "a/algo.py, a//algo.py, is there twice",
        "a, a/b, lies below an entry that is a file",
        "a/b, a, is there twice"
    })
    void duplicateNames(String first, String second, String reason) {
        RawZip zip = new RawZip().with(RawZip.file(first)).with(RawZip.file(second));

        assertThat(scene.error(scene.order(zip))).contains("in the zip of algorithm", reason);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void namesThatAreNotUtf8(boolean markedAsUtf8) {
        RawZip zip = new RawZip().with(RawZip.rawName(new byte[] {'a', (byte) 0xff, (byte) 0xfe}, markedAsUtf8));

        assertThat(scene.error(scene.order(zip))).contains("has a name that is not UTF-8");
    }

    @Test
    void nameWithEscapeSequences() {
        RawZip zip = new RawZip().with(RawZip.file("\u001b[2J\u0007red\nherring\0"));

        assertThat(scene.error(scene.order(zip))).contains("has a backslash or a control character in its name");
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 5000, 65_000})
    void absurdlyLongName(int length) {
        String name = "n".repeat(length);

        assertThat(scene.error(scene.order(new RawZip().with(RawZip.file(name)))))
                .contains("bytes", "name")
                .hasSizeLessThan(1000);
    }

    @Test
    void absurdlyDeepName() {
        RawZip zip = new RawZip().with(RawZip.file("d/".repeat(5000) + "f"));

        assertThat(scene.error(scene.order(zip))).contains("has a name longer than 2048 bytes");
    }

    @Test
    void encryptedEntry() {
        RawZip zip = new RawZip().with(RawZip.file("algo.py").withFlags(0x801));

        assertThat(scene.error(scene.order(zip))).contains("is encrypted");
    }

    @Test
    void hashThatDoesNotMatch() {
        String wrong = "0123456789abcdef".repeat(4);

        String error = scene.error(scene.startEdited(task -> task.addProperty("algorithmHash", wrong)));

        assertThat(error)
                .contains("has changed: the gateway's copy has the SHA-256", "the test run expects " + wrong)
                .contains("submit the test run again");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../escaped", "/etc/passwd", "ABC", "\u001b[31m"})
    void hashThatIsNone(String hash) {
        assertThat(scene.error(scene.startEdited(task -> task.addProperty("testDatasetHash", hash))))
                .contains("allowed: a SHA-256, 64 hexadecimal digits");
    }

    @Test
    void archiveThatIsCutOff() {
        byte[] whole = new RawZip().with(RawZip.file("algo.py", new byte[5000])).bytes();

        assertThat(scene.error(scene.order(Arrays.copyOf(whole, whole.length - 30))))
                .contains("The zip of algorithm", "cannot be read");
    }

    @Test
    void downloadThatIsCutOffIsFetchedAgain() {
        scene.gateway.inject(Fault.cutAnswer().on("GET", ".*/algorithms/.*").times(2));

        assertThat(scene.output(scene.order("self.results['whole'] = True")).has("whole"))
                .isTrue();
    }

    @Test
    void archiveOfNothing() {
        assertThat(scene.error(scene.order(new RawZip()))).contains("Invalid algorithm: ");
    }

    @Test
    void archiveWithoutAnAlgorithmAtItsFirstLevels() {
        String deep = String.format(Locale.ROOT, "a/b/c/%s", "algo.py");

        assertThat(scene.error(scene.order(new RawZip().with(RawZip.file(deep)))))
                .contains("Invalid algorithm: ");
    }
}
