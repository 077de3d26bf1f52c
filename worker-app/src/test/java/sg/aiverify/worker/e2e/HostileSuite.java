package sg.aiverify.worker.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import sg.aiverify.worker.files.internal.DirectoryTree;
import sg.aiverify.worker.testkit.machine.Needs;

/**
 * Starts a worker for hostile cases, which run on it one after the other. The worker survives, each run ends with one
 * report that contains the reason, nothing of it remains, and the next run finds nothing of it.
 */
@Tag("slow")
@ExtendWith(CaseTable.class)
abstract class HostileSuite {
    private static Path directory;
    static HostileScene scene;

    @BeforeParameterizedClassInvocation
    static void open(SandboxMode mode) throws IOException, InterruptedException {
        Needs.sandbox(mode.toString());
        Path target = Path.of(System.getProperty("basedir", "."), "target").toAbsolutePath();
        directory = Files.createTempDirectory(target, "hostile");
        scene = HostileScene.open(mode, directory);
    }

    @AfterParameterizedClassInvocation
    static void close() throws IOException {
        HostileScene opened = scene;
        Path made = directory;
        scene = null;
        directory = null;
        try (opened) {
            if (opened != null) { // null if the mode does not work here
                opened.finish();
            }
        } finally {
            if (made != null) {
                DirectoryTree.delete(made);
            }
        }
    }
}
