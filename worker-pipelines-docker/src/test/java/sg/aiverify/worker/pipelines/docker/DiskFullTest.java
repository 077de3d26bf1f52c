package sg.aiverify.worker.pipelines.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.machine.AvailableEngine;
import sg.aiverify.worker.pipelines.docker.machine.Need;
import sg.aiverify.worker.pipelines.docker.machine.PrivateEngine;
import sg.aiverify.worker.pipelines.docker.machine.Requires;
import sg.aiverify.worker.stage.ImageEnvironment;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.stage.ObservedRun;

/** An engine whose disk is really full: its data is in a separate small file system. */
@Tag("slow")
@Requires({Need.BASE_IMAGE, Need.OWN_ENGINE})
class DiskFullTest {
    private static final long FREE = 100L << 20;
    private static final long BIG = 150L << 20;

    @TempDir
    Path directory;

    private PrivateEngine machine;

    @BeforeEach
    void start() throws Exception {
        machine = PrivateEngine.open(directory.resolve("engine"), disk());
        machine.load(AvailableEngine.BASE_IMAGE);
    }

    @AfterEach
    void stop() {
        if (machine != null) {
            machine.close();
        }
    }

    private Path disk() throws Exception {
        Path disk = Files.createDirectories(directory.resolve("engine/disk"));
        Process mount = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=1500m", "tmpfs", disk.toString())
                .inheritIO()
                .start();
        assertThat(mount.waitFor()).isZero();
        return disk;
    }

    /** Fills the disk almost completely. */
    private void fill() throws IOException {
        Path disk = directory.resolve("engine/disk");
        long left = Files.getFileStore(disk).getUsableSpace();
        byte[] zeros = new byte[1 << 20];
        try (OutputStream ballast = Files.newOutputStream(disk.resolve("ballast"))) {
            for (; left > FREE; left -= zeros.length) {
                ballast.write(zeros);
            }
        }
    }

    private Path bigFile(Path file) throws IOException {
        try (RandomAccessFile big = new RandomAccessFile(file.toFile(), "rw")) {
            big.setLength(BIG);
        }
        return file;
    }

    @Test
    void aFullDiskIsReportedAndLeavesNothingAndStopsNoOtherRun() throws Exception {
        String full = ": the disk of the engine at " + machine.host() + " is full: ";
        try (DockerWorker worker = new DockerWorker(directory, Map.of("DOCKER_HOST", machine.host()));
                DockerEngine engine = machine.connect();
                ObservedRun run = new ObservedRun(directory);
                ObservedRun next = new ObservedRun(directory)) {
            TestInputs small = worker.inputs("small", "self.results = {'n': 1}");
            ImageEnvironment image = worker.build(small, run);
            fill();
            TestInputs big = new TestInputs(
                    small.algorithm(), small.model(), bigFile(directory.resolve("big.csv")), null, Map.of());

            assertThatThrownBy(() -> worker.execute(big, image, run))
                    .isExactlyInstanceOf(InfrastructureException.class)
                    .hasMessageStartingWith("Docker cannot copy the inputs into a volume" + full);

            TinyAlgorithm heavy = TinyAlgorithm.write(directory, "heavy");
            bigFile(heavy.folder().resolve("weights.bin"));
            assertThatThrownBy(() -> worker.build(worker.inputs(heavy), next))
                    .isExactlyInstanceOf(InfrastructureException.class)
                    .hasMessageContaining(full);

            assertThat(DockerWorker.remains(engine)).isEmpty();
            assertThat(worker.execute(small, image, next).output()).content().contains("1");
        }
    }
}
