package sg.aiverify.worker.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.samples.PackageFolder;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;

/** Algorithms whose requirements or packages try to run code as the worker, or to reach other runs. */
abstract class HostileEnvironments {
    private static int written;

    private final HostileScene scene;
    private final Path escaped;
    private final PackageFolder packages;

    HostileEnvironments(HostileScene scene) {
        this.scene = scene;
        this.escaped = scene.directory.resolve("escaped-from-a-build");
        this.packages = new PackageFolder(scene.packages());
    }

    @BeforeEach
    void offerPackages() {
        packages.wheel("shared_kind", Map.of("shared_kind.py", "VALUE = 'honest'\n"));
    }

    private TinyAlgorithm algorithm(String... requirements) {
        return TinyAlgorithm.write(scene.directory.resolve("requiring"), "requiring_" + ++written)
                .requiring(requirements);
    }

    private RunOrder order(TinyAlgorithm algorithm) {
        return scene.order(scene.gateway.addAlgorithm(algorithm.folder()));
    }

    /** An algorithm that would show a successful build, since it prints where the worker stores it. */
    private Path placeOfABuild() {
        String escape = "open('%s', 'a').write(str(dict(os.environ)))".formatted(escaped);
        TinyAlgorithm trap = algorithm("aiverify-test-engine>=2.2.0")
                .doing("self.results = {'place': str(Path(__file__).resolve().parent.parent)}");
        trap.file("backend.py", PackageFolder.backend("evil", escape))
                .file(
                        "pyproject.toml",
                        PackageFolder.BUILD_SYSTEM + "[project]\nname = 'evil'\nversion = '1.0'\n"
                                + "dependencies = ['aiverify-test-engine>=2.2.0']\n");
        return Path.of(scene.output(order(trap)).get("place").getAsString());
    }

    @Test
    void directoryThatARequirementNamesIsNotBuilt() {
        Path place = placeOfABuild();
        String relative = "../".repeat(30) + place.toString().substring(1);

        scene.assertRefused(
                scene.refused(order(algorithm("x===/" + relative)), "requirement 'x===/", "is not a version"),
                scene.refused(
                        order(algorithm("x[more]===/" + relative)), "requirement 'x[more]===/", "allowed: a name"),
                scene.refused(order(algorithm("x==/" + relative)), "requirement 'x==/", "allowed: a name"),
                scene.refused(order(algorithm("x===/" + relative + "; python_version > '3'")), "allowed: a name"),
                scene.refused(order(algorithm("x @ file://" + place)), "names an address"),
                scene.refused(order(algorithm(place.toString())), "is wrong", "allowed: a name"));
        assertThat(escaped).doesNotExist();
    }

    @Test
    void addressThatAPackageRequiresIsNotFollowed() {
        Path place = placeOfABuild();
        packages.wheel("bait_place", Map.of("bait_place.py", ""), "evil @ file://" + place);
        packages.wheel("bait_net", Map.of("bait_net.py", ""), "evil @ " + scene.gateway.url() + "/evil-1.0.tar.gz");
        packages.wheel("bait_deep", Map.of("bait_deep.py", ""), "bait-place[more]>=1.0");

        scene.assertRefused(
                scene.refused(order(algorithm("bait-place")), "names an address or a path", "bait-place"),
                scene.refused(order(algorithm("bait-net==1.0")), "names an address or a path", "bait-net"),
                scene.refused(order(algorithm("bait-deep")), "names an address or a path", "bait-place"));
        assertThat(escaped).doesNotExist();
    }

    @Test
    void nothingOfAPackageRunsBeforeTheRun() {
        String escape = "import sys; exec('try: open(\"%s\", \"a\")\\nexcept OSError: pass')\n".formatted(escaped);
        packages.wheel("starts_up", Map.of("starts_up.pth", escape, "sitecustomize.py", escape), "shared-kind");

        scene.output(order(algorithm("starts-up").doing("pass")));

        if (scene.offers(SandboxMode.Shield.HIDDEN_FILES)) {
            assertThat(escaped).doesNotExist();
        } else {
            assertThat(escaped.toFile().delete()).isTrue(); // by the run, which is allowed
        }
    }

    @Test
    void packagesThatARunChangesAreNotWhatTheNextRunImports() {
        boolean offered = scene.offers(SandboxMode.Shield.READ_ONLY_INPUTS);

        JsonObject first = scene.output(order(algorithm("shared-kind").doing("""
                import shared_kind
                file = Path(shared_kind.__file__)
                changed = []
                for action in (lambda: file.write_text("VALUE = 'poisoned'"), lambda: file.with_name('poison.pth').write_text('import sys; sys.poisoned = True'),
                               file.unlink):
                    try:
                        action()
                        changed.append(True)
                    except OSError:
                        changed.append(False)
                try:
                    os.chmod(file.parent, 0o777)
                except OSError:
                    pass
                self.results = {'changed': any(changed), 'value': shared_kind.VALUE}
                """)));
        JsonObject second = scene.output(order(algorithm("shared-kind").doing("""
                import shared_kind
                self.results = {'value': shared_kind.VALUE, 'poisoned': hasattr(sys, 'poisoned')}
                """)));

        assertThat(first.get("value").getAsString()).isEqualTo("honest");
        assertThat(first.get("changed").getAsBoolean()).isNotEqualTo(offered);
        assertThat(second).hasToString("{\"value\":\"honest\",\"poisoned\":false}");
    }
}
