package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.testkit.stage.TurnedClock;

class PodSweepTest {
    private static final Duration TWO_LEASES = PodSweep.LEASE.multipliedBy(2);

    private final MockCluster cluster = new MockCluster();
    private final TurnedClock clock = new TurnedClock(Instant.parse("2026-11-01T00:00:00Z"));
    private final PodSweep mine = sweep("java-mine", clock);
    private final PodSweep sibling = sweep("java-sibling", clock);

    @AfterEach
    void close() {
        mine.close();
        sibling.close();
        cluster.close();
    }

    @Test
    void podsOfALivingSiblingAreLeftAlone() throws Exception {
        sibling.announce();
        addPod("of-sibling", "java-sibling");
        try (PodSweep.Use use = sibling.use("of-sibling")) {
            mine.round();

            look(TWO_LEASES.minus(PodSweep.ROUND));
            sibling.round();
            look(TWO_LEASES);

            assertThat(podNames()).containsExactly(use.name());
        }
    }

    @Test
    void podsOfASiblingThatShowsNoLifeForTwoLeasesAreDeletedWithItsLease() throws Exception {
        sibling.announce();
        addPod("of-sibling", "java-sibling");
        mine.round();

        look(TWO_LEASES);

        assertThat(podNames()).isEmpty();
        assertThat(cluster.leases()).containsExactly("java-mine");
    }

    @Test
    void aTimeInWhichNobodyCouldBeSeenIsNoSignOfDeath() throws Exception {
        sibling.announce();
        addPod("of-sibling", "java-sibling");
        mine.round();
        look(PodSweep.LEASE);
        clock.turn(TWO_LEASES);

        look(PodSweep.LEASE);

        assertThat(podNames()).containsExactly("of-sibling");
    }

    @Test
    void podsOfAProcessOfThisMachineThatIsDeadAreDeletedAtOnceWithItsLease() throws Exception {
        addLease("java-killed", markOfADeadProcess());
        addPod("of-killed", "java-killed");

        mine.round();

        assertThat(podNames()).isEmpty();
        assertThat(cluster.leases()).containsExactly("java-mine");
    }

    @Test
    void aProcessOfAnotherMachineIsNotTakenForDead() throws Exception {
        addLease("java-elsewhere", "another-boot" + markOfADeadProcess().substring(12));
        addPod("of-elsewhere", "java-elsewhere");

        mine.round();

        assertThat(podNames()).containsExactly("of-elsewhere");
    }

    @Test
    void podsOfAWorkerWithoutALeaseAreDeletedAtOnce() {
        addPod("of-the-dead", "java-dead");

        mine.round();

        assertThat(podNames()).isEmpty();
    }

    @Test
    void aSiblingsClockDoesNotMatter() throws Exception {
        TurnedClock late = new TurnedClock(Instant.parse("2026-11-01T00:00:00Z"));
        late.turn(Duration.ofDays(-1));
        try (PodSweep behind = sweep("java-behind", late)) {
            behind.announce();
            addPod("of-behind", "java-behind");

            mine.round();

            assertThat(podNames()).containsExactly("of-behind");
        }
    }

    @Test
    void ownPodsAreDeletedOnceNoRunUsesThem() {
        addPod("run-1", "java-mine");
        try (PodSweep.Use use = mine.use("run-1")) {
            mine.round();
            assertThat(podNames()).containsExactly(use.name());
        }

        mine.round();

        assertThat(podNames()).isEmpty();
    }

    @Test
    void podsOfOthersThanWorkersAreLeftAlone() {
        cluster.client()
                .resource(new PodBuilder()
                        .withNewMetadata()
                        .withName("foreign")
                        .withNamespace(MockCluster.NAMESPACE)
                        .endMetadata()
                        .build())
                .create();

        mine.round();

        assertThat(podNames()).containsExactly("foreign");
    }

    @Test
    void aWorkerThatEndsTakesItsLeaseAway() throws Exception {
        mine.announce();
        assertThat(cluster.leases()).containsExactly("java-mine");

        mine.close();

        assertThat(cluster.leases()).isEmpty();
    }

    private void look(Duration time) {
        for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(PodSweep.ROUND)) {
            clock.turn(PodSweep.ROUND);
            mine.round();
        }
    }

    /** This process's mark, but with the id of one that has ended. */
    private static String markOfADeadProcess() throws Exception {
        Process process = new ProcessBuilder("true").start();
        process.waitFor();
        String[] parts = ProcessMark.ofThis().split("/");
        parts[2] = Long.toString(process.pid());
        return String.join("/", parts);
    }

    private void addLease(String worker, String process) {
        cluster.client()
                .resource(new LeaseBuilder()
                        .withNewMetadata()
                        .withName(worker)
                        .withNamespace(MockCluster.NAMESPACE)
                        .addToLabels(PodManifest.MANAGED_BY, PodManifest.MANAGER)
                        .addToAnnotations(PodSweep.PROCESS, process)
                        .endMetadata()
                        .withNewSpec()
                        .endSpec()
                        .build())
                .create();
    }

    private PodSweep sweep(String worker, Clock time) {
        return new PodSweep(
                cluster.client(), MockCluster.NAMESPACE, worker, time, Executors.newSingleThreadScheduledExecutor());
    }

    private List<String> podNames() {
        return cluster.pods().stream().map(pod -> pod.getMetadata().getName()).toList();
    }

    private void addPod(String name, String worker) {
        cluster.client()
                .resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(MockCluster.NAMESPACE)
                        .addToLabels(PodManifest.MANAGED_BY, PodManifest.MANAGER)
                        .addToLabels(PodManifest.WORKER, worker)
                        .endMetadata()
                        .build())
                .create();
    }
}
