package sg.aiverify.worker.pipelines.docker.internal.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.pipelines.docker.internal.container.RunVolumes;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.engine.Labels;
import sg.aiverify.worker.pipelines.docker.machine.AvailableEngine;
import sg.aiverify.worker.pipelines.docker.machine.Need;
import sg.aiverify.worker.pipelines.docker.machine.Requires;
import sg.aiverify.worker.testkit.stage.TurnedClock;

@Requires(Need.BASE_IMAGE)
class LeftoverSweepTest {
    private DockerEngine engine;

    @BeforeEach
    void open() {
        engine = AvailableEngine.open();
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void whatADeadWorkerLeftIsSweptAndALivingSiblingsIsNot() {
        LivenessContainer sibling =
                new LivenessContainer(engine, UUID.randomUUID().toString());
        sibling.ensureRunning(AvailableEngine.BASE_IMAGE);
        try (RunVolumes living = volumes(sibling.instance());
                RunVolumes dead = volumes("dead")) {
            TurnedClock clock = new TurnedClock(Instant.now());
            LeftoverSweep sweep = new LeftoverSweep(engine, clock);
            sweep.run("own");
            assertThat(volumeNames()).containsAll(names(living)).containsAll(names(dead));
            assertThat(sweep.hasSuspects()).isTrue();

            clock.turn(LeftoverSweep.PATIENCE);
            sweep.run("own");
            assertThat(volumeNames()).containsAll(names(living)).doesNotContainAnyElementsOf(names(dead));
        } finally {
            sibling.close();
        }
    }

    private RunVolumes volumes(String instance) {
        RunVolumes volumes = RunVolumes.create(engine, AvailableEngine.BASE_IMAGE, new Labels.Owner(instance, "run"));
        volumes.add(entries -> entries.text("work/x", "x"));
        return volumes;
    }

    private static List<String> names(RunVolumes volumes) {
        return volumes.mounts(true).stream().map(mount -> mount.getSource()).toList();
    }

    private List<String> volumeNames() {
        return engine.client().listVolumesCmd().exec().getVolumes().stream()
                .map(volume -> volume.getName())
                .toList();
    }
}
