package sg.aiverify.worker.pipelines.docker;

import com.github.dockerjava.api.exception.NotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.python.RunnerRequest;

/** Takes the output of a run from its container. Foreign data: only plain files come, and not more than is allowed. */
final class RunOutput {
    private static final int MAX_ENTRIES = 100_000;
    private static final int BUFFER_BYTES = 64 * 1024;
    private final DockerEngine engine;
    private final int megabytes;
    private long left;
    private int entries;

    RunOutput(DockerEngine engine, int megabytes) {
        this.engine = engine;
        this.megabytes = megabytes;
        this.left = (long) megabytes << 20;
    }

    /** Copies the result and the artifacts below a directory, under the names they have in the run's own. */
    void fetch(String container, Path directory) {
        fetch(container, RunnerRequest.RESULT, directory);
        fetch(
                container,
                RunnerRequest.ARTIFACTS,
                directory.resolve(RunnerRequest.ARTIFACTS).getParent());
    }

    private void fetch(String container, String name, Path into) {
        try (InputStream stream = engine.client()
                .copyArchiveFromContainerCmd(container, RunVolumes.WORK + "/" + name)
                .exec()) {
            Files.createDirectories(into);
            extract(stream, into.toRealPath());
        } catch (NotFoundException e) {
            return; // what is missing is told by what the runner said
        } catch (IOException e) {
            throw new InfrastructureException("The output of the run cannot be copied from its container: " + e, e);
        } catch (RuntimeException e) {
            throw engine.failure("copy the output from the container", e);
        }
    }

    private void extract(InputStream stream, Path into) throws IOException {
        TarArchiveInputStream tar = new TarArchiveInputStream(stream, "UTF-8");
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            if (++entries > MAX_ENTRIES) {
                throw new TaskFailedException(
                        "Failed to run algorithm: its output has more than " + MAX_ENTRIES + " files");
            }
            Path target = target(entry.getName(), into);
            if (entry.isDirectory()) {
                Files.createDirectories(target);
            } else if (entry.isFile() && !entry.isLink() && !entry.isSymbolicLink()) {
                Files.createDirectories(target.getParent());
                copy(tar, target);
            }
        }
    }

    private static Path target(String name, Path into) {
        try {
            Path target = into.resolve(name).normalize();
            if (target.startsWith(into) && !target.equals(into)) {
                return target;
            }
        } catch (InvalidPathException e) {
            throw new TaskFailedException("Failed to run algorithm: its output has a file whose name is not UTF-8");
        }
        throw new TaskFailedException("Failed to run algorithm: its output has a file outside its directory: " + name);
    }

    private void copy(InputStream from, Path target) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (OutputStream to = Files.newOutputStream(target)) {
            for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
                left -= count;
                if (left < 0) {
                    throw new TaskFailedException("Failed to run algorithm: its output is larger than " + megabytes
                            + " MiB; the limit is " + DockerSettings.OUTPUT_MB.name());
                }
                to.write(buffer, 0, count);
            }
        }
    }
}
