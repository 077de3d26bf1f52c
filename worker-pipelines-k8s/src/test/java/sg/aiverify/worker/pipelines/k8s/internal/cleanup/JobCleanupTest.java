package sg.aiverify.worker.pipelines.k8s.internal.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.pipelines.k8s.internal.client.WorkerLabels;
import sg.aiverify.worker.pipelines.k8s.internal.job.JobStore;
import sg.aiverify.worker.pipelines.k8s.mock.MockCluster;
import sg.aiverify.worker.testkit.stage.TurnedClock;

class JobCleanupTest {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @TempDir
    Path root;

    private final MockCluster cluster = new MockCluster();
    private final TurnedClock clock = new TurnedClock(Instant.parse("2026-11-01T00:00:00Z"));
    private final JobStore jobs = new JobStore(cluster.client(), MockCluster.NAMESPACE);
    private JobCleanup sweep;

    @BeforeEach
    void open() {
        sweep = new JobCleanup(jobs, root, "java-mine", PATIENCE, clock);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void aDeadWorkersJobWaitsToBeAdoptedAndGoesThenWithItsDirectory() throws IOException {
        make("run-1", "java-dead");
        sweep.round(Set.of("java-mine"));
        pass(PATIENCE.minusMillis(1), Set.of("java-mine"));
        assertThat(left()).containsExactly("run-1", "run-1");

        pass(Duration.ofMillis(1), Set.of("java-mine"));

        assertThat(left()).isEmpty();
    }

    @Test
    void aLivingSiblingsJobIsLeftAlone() throws IOException {
        make("run-1", "java-sibling");
        sweep.round(Set.of("java-mine", "java-sibling"));
        pass(PATIENCE.multipliedBy(2), Set.of("java-mine", "java-sibling"));

        assertThat(left()).containsExactly("run-1", "run-1");
    }

    @Test
    void anOwnJobGoesWhenNoRunHasUsedItForAWhile() throws IOException {
        make("run-1", "java-mine");
        try (Retention retention = sweep.retain("run-1")) {
            assertThat(retention).isNotNull();
            sweep.round(Set.of("java-mine"));
            pass(PATIENCE, Set.of("java-mine"));
            assertThat(left()).hasSize(2);
        }
        sweep.round(Set.of("java-mine"));
        pass(PATIENCE, Set.of("java-mine"));
        assertThat(left()).isEmpty();
    }

    @Test
    void anAdoptedJobStaysAndWaitsAfreshIfItsNewWorkerDies() throws IOException {
        Job job = make("run-1", "java-dead");
        sweep.round(Set.of("java-mine", "java-sibling"));
        jobs.adopt(job, "java-sibling");
        pass(PATIENCE, Set.of("java-mine", "java-sibling"));
        assertThat(left()).hasSize(2);

        sweep.round(Set.of("java-mine"));
        assertThat(left()).hasSize(2);
        pass(PATIENCE, Set.of("java-mine"));
        assertThat(left()).isEmpty();
    }

    @Test
    void aTimeInWhichNobodyCouldLookDoesNotCount() throws IOException {
        make("run-1", "java-dead");
        sweep.round(Set.of("java-mine"));
        clock.turn(PATIENCE.multipliedBy(2));
        sweep.round(Set.of("java-mine"));
        assertThat(left()).containsExactly("run-1", "run-1");
    }

    @Test
    void aDirectoryWithoutAJobAndADeletionThatWasBrokenOffGo() throws IOException {
        Files.createDirectories(root.resolve("run-1/out"));
        Files.createDirectories(root.resolve(".trash-1/out"));
        sweep.round(Set.of("java-mine"));
        assertThat(left()).containsExactlyInAnyOrder("run-1", ".trash-1");
        pass(PATIENCE, Set.of("java-mine"));

        assertThat(left()).isEmpty();
    }

    /** Advances the time, with the rounds of a living worker. */
    private void pass(Duration time, Set<String> living) {
        Duration left = time;
        while (left.compareTo(WorkerLease.ROUND) > 0) {
            clock.turn(WorkerLease.ROUND);
            sweep.round(living);
            left = left.minus(WorkerLease.ROUND);
        }
        clock.turn(left);
        sweep.round(living);
    }

    private Job make(String name, String worker) {
        try {
            Path directory = Files.createDirectories(root.resolve(name));
            Files.writeString(directory.resolve("owner"), worker);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return cluster.client()
                .resource(new JobBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace(MockCluster.NAMESPACE)
                        .addToLabels(WorkerLabels.MANAGED_BY, WorkerLabels.MANAGER)
                        .addToLabels(WorkerLabels.WORKER, worker)
                        .endMetadata()
                        .build())
                .create();
    }

    private List<String> left() throws IOException {
        try (Stream<Path> directories = Files.list(root)) {
            return Stream.concat(
                            jobs.all().stream().map(job -> job.getMetadata().getName()),
                            directories.map(path -> path.getFileName().toString()))
                    .toList();
        }
    }
}
