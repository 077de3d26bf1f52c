package sg.aiverify.worker.pipelines.k8s.internal.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.pipelines.k8s.internal.client.WorkerLabels;
import sg.aiverify.worker.pipelines.k8s.mock.MockCluster;
import sg.aiverify.worker.testkit.stage.TurnedClock;

class PodCleanupTest {
    private static final Duration TWO_LEASES = WorkerLease.DURATION.multipliedBy(2);

    private final MockCluster cluster = new MockCluster();
    private final TurnedClock clock = new TurnedClock(Instant.parse("2026-11-01T00:00:00Z"));
    private final WorkerLease lease = lease("java-mine", clock);
    private final WorkerLease siblingsLease = lease("java-sibling", clock);
    private final PodCleanup mine = cleanup("java-mine", lease);
    private final PodCleanup sibling = cleanup("java-sibling", siblingsLease);

    @AfterEach
    void close() {
        mine.close();
        sibling.close();
        cluster.close();
    }

    @Test
    void podsOfALivingSiblingAreLeftAlone() throws Exception {
        siblingsLease.announce();
        addPod("of-sibling", "java-sibling");
        try (Retention retention = sibling.retain("of-sibling")) {
            mine.round();

            look(TWO_LEASES.minus(WorkerLease.ROUND));
            sibling.round();
            look(TWO_LEASES);

            assertThat(podNames()).containsExactly("of-sibling");
        }
    }

    @Test
    void podsOfASiblingThatShowsNoLifeForTwoLeasesAreDeletedWithItsLease() throws Exception {
        siblingsLease.announce();
        addPod("of-sibling", "java-sibling");
        mine.round();

        look(TWO_LEASES);

        assertThat(podNames()).isEmpty();
        assertThat(cluster.leases()).containsExactly("java-mine");
    }

    @Test
    void aTimeInWhichNobodyCouldBeSeenIsNoSignOfDeath() throws Exception {
        siblingsLease.announce();
        addPod("of-sibling", "java-sibling");
        mine.round();
        look(WorkerLease.DURATION);
        clock.turn(TWO_LEASES);

        look(WorkerLease.DURATION);

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
        WorkerLease latesLease = lease("java-behind", late);
        try (PodCleanup behind = cleanup("java-behind", latesLease)) {
            latesLease.announce();
            addPod("of-behind", "java-behind");

            mine.round();

            assertThat(podNames()).containsExactly("of-behind");
        }
    }

    @Test
    void ownPodsAreDeletedOnceNoRunUsesThem() {
        addPod("run-1", "java-mine");
        try (Retention retention = mine.retain("run-1")) {
            mine.round();
            assertThat(podNames()).containsExactly("run-1");
        }

        mine.round();

        assertThat(podNames()).isEmpty();
    }

    @Test
    void podsOfOthersThanWorkersAreLeftAlone() {
        cluster.client()
                .resource(new PodBuilder()
                        .withNewMetadata()
                        .withName("other")
                        .withNamespace(MockCluster.NAMESPACE)
                        .endMetadata()
                        .build())
                .create();

        mine.round();

        assertThat(podNames()).containsExactly("other");
    }

    @Test
    void aWorkerThatEndsDeletesItsLease() throws Exception {
        lease.announce();
        assertThat(cluster.leases()).containsExactly("java-mine");

        mine.close();

        assertThat(cluster.leases()).isEmpty();
    }

    private void look(Duration time) {
        for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(WorkerLease.ROUND)) {
            clock.turn(WorkerLease.ROUND);
            mine.round();
        }
    }

    /** The identity of this process, but with the id of an ended process. */
    private static String markOfADeadProcess() throws Exception {
        Process process = new ProcessBuilder("true").start();
        process.waitFor();
        String[] parts = ProcessIdentity.ofThis().split("/");
        parts[2] = Long.toString(process.pid());
        return String.join("/", parts);
    }

    private void addLease(String worker, String process) {
        cluster.client()
                .resource(new LeaseBuilder()
                        .withNewMetadata()
                        .withName(worker)
                        .withNamespace(MockCluster.NAMESPACE)
                        .addToLabels(WorkerLabels.MANAGED_BY, WorkerLabels.MANAGER)
                        .addToAnnotations(WorkerLease.PROCESS, process)
                        .endMetadata()
                        .withNewSpec()
                        .endSpec()
                        .build())
                .create();
    }

    private WorkerLease lease(String worker, Clock time) {
        return new WorkerLease(cluster.connection(worker), time);
    }

    private PodCleanup cleanup(String worker, WorkerLease held) {
        return new PodCleanup(cluster.connection(worker), held, living -> {});
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
                        .addToLabels(WorkerLabels.MANAGED_BY, WorkerLabels.MANAGER)
                        .addToLabels(WorkerLabels.WORKER, worker)
                        .endMetadata()
                        .build())
                .create();
    }
}
