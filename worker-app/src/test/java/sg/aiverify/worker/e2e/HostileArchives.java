package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.testkit.gateway.Fault;

/** Archives with wrong fields, with paths outside their folder, or that grow without limit. */
abstract class HostileArchives {
    private static final int MB = 1024 * 1024;
    private static final byte[] PASSWD = "/etc/passwd".getBytes(StandardCharsets.UTF_8);

    private final HostileScene scene;

    HostileArchives(HostileScene scene) {
        this.scene = scene;
    }

    @Test
    void zipSlip() throws IOException {
        scene.assertRefused(
                named("../../../../../escaped.txt", "leads out of the zip"),
                named("package/../../../escaped.txt", "leads out of the zip"),
                named("/tmp/escaped.txt", "has an absolute name"),
                named("C:/escaped.txt", "has an absolute name"),
                named("..\\..\\escaped.txt", "leads out of the zip"),
                named("C:\\escaped.txt", "has an absolute name"),
                named("\\tmp\\escaped.txt", "has an absolute name"));

        try (Stream<Path> files = Files.walk(scene.directory)) {
            assertThat(files).noneMatch(file -> file.getFileName().toString().contains("escaped"));
        }
        assertThat(Path.of("/tmp/escaped.txt")).doesNotExist();
    }

    private HostileScene.Refused named(String name, String reason) {
        String told = "The entry '" + name.replace('\\', '/') + "' in the zip of algorithm";
        return scene.refused(scene.order(new RawZip().with(RawZip.file(name))), told, reason);
    }

    @Test
    void bombByRatio() {
        assertThat(scene.error(scene.order(new RawZip().with(RawZip.file("zeros", new byte[100 * MB])))))
                .contains("exceeds 64 MB in total, the limit of TEWORKER_ARCHIVE_MAX_MB");
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
                .contains("exceeds 64 MB in total, the limit of TEWORKER_ARCHIVE_MAX_MB");
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
    void bombOfDirectoriesThatNamesMakeOnTheirWay() {
        RawZip zip = new RawZip().with(RawZip.file("a/".repeat(600) + "f")).with(RawZip.file("b/".repeat(600) + "f"));

        assertThat(scene.error(scene.order(zip)))
                .contains("creates more than 1000 files and directories, the limit of TEWORKER_ARCHIVE_MAX_ENTRIES");
    }

    @Test
    void directoryOfEntriesThatIsHuge() {
        RawZip zip = new RawZip();
        for (int i = 0; i < 990; i++) {
            zip.with(RawZip.file(i + "-" + "n".repeat(5000)).withComment(65_500));
        }

        assertThat(scene.error(scene.order(zip))).contains("its list of entries exceeds the limit of");
    }

    @Test
    void directoryOfEntriesThatClaimsMoreThanItHas() {
        byte[] zip = new RawZip().with(RawZip.file("a")).with(RawZip.file("b")).bytes(0xFFFF);

        assertThat(scene.error(scene.order(zip))).contains("Invalid algorithm: algorithm script algo.py not found");
    }

    @Test
    void linksDevicesAndPipes() {
        scene.assertRefused(
                ofMode(RawZip.SYMBOLIC_LINK, "is a link; only files and directories are allowed"),
                ofMode(RawZip.CHARACTER_DEVICE, "is neither a file nor a directory"),
                ofMode(RawZip.BLOCK_DEVICE, "is neither a file nor a directory"),
                ofMode(RawZip.PIPE, "is neither a file nor a directory"),
                ofMode(RawZip.SOCKET, "is neither a file nor a directory"));
    }

    private HostileScene.Refused ofMode(int mode, String reason) {
        RawZip zip = new RawZip().with(RawZip.file("odd", PASSWD).withMode(mode));
        return scene.refused(scene.order(zip), "The entry 'odd' in the zip of algorithm", reason);
    }

    @Test
    void hardLinkInATar() {
        byte[] tar = new byte[1024];
        byte[] name = "hard".getBytes(StandardCharsets.UTF_8);
        System.arraycopy(name, 0, tar, 0, name.length);
        tar[156] = '1';
        System.arraycopy(PASSWD, 0, tar, 157, PASSWD.length);

        assertThat(scene.error(scene.order(tar))).contains("The zip of algorithm", "cannot be read");
    }

    @Test
    void duplicateNames() {
        scene.assertRefused(
                twice("algo.py", "algo.py", "exists twice"),
                twice("algo.py", "./algo.py", "exists twice"),
                twice("a/algo.py", "a//algo.py", "exists twice"),
                twice("a", "a/b", "is below an entry that is a file"),
                twice("a/b", "a", "exists twice"));
    }

    private HostileScene.Refused twice(String first, String second, String reason) {
        RawZip zip = new RawZip().with(RawZip.file(first)).with(RawZip.file(second));
        return scene.refused(scene.order(zip), "in the zip of algorithm", reason);
    }

    @Test
    void namesThatAreNotUtf8() {
        RawZip zip = new RawZip().with(RawZip.rawName(new byte[] {'a', (byte) 0xff, (byte) 0xfe}, true));
        scene.assertRefused(scene.refused(scene.order(zip), "has a name that is marked as UTF-8, but is not"));
    }

    @Test
    void nameWithEscapeSequences() {
        RawZip zip = new RawZip().with(RawZip.file("\u001b[2J\u0007red\nherring\0"));

        assertThat(scene.error(scene.order(zip))).contains("has a control character in its name");
    }

    @Test
    void absurdlyLongNames() {
        scene.assertRefused(
                overlong("n".repeat(300), "has a part longer than 255 bytes in its name"),
                overlong("n".repeat(5000), "has a name longer than 2048 bytes"),
                overlong("n".repeat(65_000), "has a name longer than 2048 bytes"),
                overlong("d/".repeat(5000) + "f", "has a name longer than 2048 bytes"));
    }

    private HostileScene.Refused overlong(String name, String reason) {
        RawZip zip = new RawZip().with(RawZip.file(name));
        return scene.refused(scene.order(zip), "The entry '" + name.substring(0, 200), reason);
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
                .contains("has changed: the SHA-256 of the gateway's copy", "the test run expects 0123456789ab;")
                .contains("submit the test run again");
    }

    @Test
    void hashThatIsNone() {
        for (String hash : List.of("../../escaped", "/etc/passwd", "ABC", "\u001b[31m")) {
            assertThat(scene.error(scene.startEdited(task -> task.addProperty("testDatasetHash", hash))))
                    .contains("testDatasetHash must be a SHA-256 of 64 hex digits or null, but is '");
        }
    }

    @Test
    void archiveThatIsCutOff() {
        byte[] whole = new RawZip().with(RawZip.file("algo.py", new byte[5000])).bytes();

        assertThat(scene.error(scene.order(Arrays.copyOf(whole, whole.length - 30))))
                .contains("The zip of algorithm", "cannot be read");
    }

    @Test
    void downloadThatIsCutOffIsFetchedAgain() {
        scene.gateway.inject(Fault.cutResponse().on("GET", ".*/algorithms/.*").times(2));

        assertThat(scene.output(scene.order("self.results['whole'] = True")).has("whole"))
                .isTrue();
    }

    @Test
    void archiveOfNothing() {
        assertThat(scene.error(scene.order(new RawZip()))).contains("Invalid algorithm: ");
    }

    @Test
    void archiveWithoutAnAlgorithmAtItsFirstLevels() {
        String deep = "a/b/c/algo.py";

        assertThat(scene.error(scene.order(new RawZip().with(RawZip.file(deep)))))
                .contains("Invalid algorithm: ");
    }
}
