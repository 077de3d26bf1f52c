package sg.aiverify.worker.e2e;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Archives, arguments, schemas, results and texts that the worker reads. The sandbox makes no difference here, so one
 * mode is enough.
 */
@ParameterizedClass(name = "{0}")
@MethodSource("modes")
class HostileInputsIT extends HostileSuite {
    HostileInputsIT(SandboxMode mode) {}

    static List<SandboxMode> modes() {
        return SandboxMode.testedForInputs();
    }

    @AfterEach
    void settle() {
        scene.settleNowAndThen();
    }

    @Nested
    class Archives extends HostileArchives {
        Archives() {
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
    class Results extends HostileResults {
        Results() {
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
