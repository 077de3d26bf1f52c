package sg.aiverify.worker.e2e;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Algorithms and packages that try to access data of others, in each sandbox. */
@ParameterizedClass(name = "{0}")
@MethodSource("modes")
class HostileIT extends HostileSuite {
    HostileIT(SandboxMode mode) {}

    static List<SandboxMode> modes() {
        return SandboxMode.tested();
    }

    /** For each case, another run checks for effects of the case while it runs. */
    @AfterEach
    void settle(TestInfo test) {
        if (Set.of(Reach.class, Kernel.class).contains(test.getTestClass().orElseThrow())) {
            scene.settle();
        } else {
            scene.settleNowAndThen();
        }
    }

    @Nested
    class Processes extends HostileProcesses {
        Processes() {
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
}
