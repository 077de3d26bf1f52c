package sg.aiverify.worker.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import sg.aiverify.worker.cache.DirectoryTree;
import sg.aiverify.worker.testkit.machine.Needs;

/**
 * Algorithms and archives that mean harm, one after the other on one worker, in each way of shutting them in: the worker
 * lives on, each run ends in one verdict that says why, nothing is left of it, and the next run finds nothing of it.
 */
@Tag("slow")
@ParameterizedClass(name = "{0}")
@MethodSource("modes")
@ExtendWith(CaseTable.class)
class HostileIT {
    private static Path directory;
    private static HostileScene scene;

    HostileIT(SandboxMode mode) {}

    static List<SandboxMode> modes() {
        return SandboxMode.tested();
    }

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

    @AfterEach
    void settle() {
        scene.settle();
    }

    @Nested
    class Archives extends HostileArchives {
        Archives() {
            super(scene);
        }
    }

    @Nested
    class Processes extends HostileProcesses {
        Processes() {
            super(scene);
        }
    }

    @Nested
    class Results extends HostileResults {
        Results() {
            super(scene);
        }
    }

    @Nested
    class HandOver extends HostileHandOver {
        HandOver() {
            super(scene);
        }
    }

    @Nested
    class Arguments extends HostileArguments {
        Arguments() {
            super(scene);
        }
    }

    @Nested
    class Environments extends HostileEnvironments {
        Environments() {
            super(scene);
        }
    }

    @Nested
    class Reach extends HostileReach {
        Reach() {
            super(scene);
        }
    }

    @Nested
    class Kernel extends HostileKernel {
        Kernel() {
            super(scene);
        }
    }

    @Nested
    class Schemas extends HostileSchemas {
        Schemas() {
            super(scene);
        }
    }

    @Nested
    class Texts extends HostileTexts {
        Texts() {
            super(scene);
        }
    }
}
