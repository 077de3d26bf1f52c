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
 * Opens a worker for cases that mean harm, which run on it one after the other: the worker lives on, each run ends in one
 * verdict that says why, nothing is left of it, and the next run finds nothing of it.
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
            if (opened != null) { // null where the mode does not work here
                opened.finish();
            }
        } finally {
            if (made != null) {
                DirectoryTree.delete(made);
            }
        }
    }
}
