package sg.aiverify.worker.pipelines.docker.internal.container;

import com.github.dockerjava.api.exception.NotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipelines.docker.internal.engine.DockerEngine;
import sg.aiverify.worker.pipelines.docker.internal.settings.DockerSettings;
import sg.aiverify.worker.python.RunnerRequest;

/** Copies the untrusted output of a run from its container: only plain files, and only up to a total size. */
final class RunOutput {
    private static final int BUFFER_BYTES = 64 * 1024;
    private final DockerEngine engine;
    private final int megabytes;
    private long left;

    RunOutput(DockerEngine engine, int megabytes) {
        this.engine = engine;
        this.megabytes = megabytes;
        this.left = (long) megabytes << 20;
    }

    /** Copies the result and the named artifacts into a directory, with the same names as in the run's directory. */
    void fetch(String container, List<String> artifacts, Path directory) {
        fetch(container, RunnerRequest.RESULT, Set.of(RunnerRequest.RESULT), directory);
        if (!artifacts.isEmpty()) {
            Path output = Path.of(RunnerRequest.ARTIFACTS);
            Set<String> names = artifacts.stream()
                    .map(name -> output.getFileName() + "/" + name)
                    .collect(Collectors.toSet());
            fetch(container, RunnerRequest.ARTIFACTS, names, directory.resolve(output.getParent()));
        }
    }

    private void fetch(String container, String name, Set<String> names, Path into) {
        try (InputStream stream = engine.client()
                .copyArchiveFromContainerCmd(container, RunVolumes.WORK + "/" + name)
                .exec()) {
            Files.createDirectories(into);
            extract(stream, names, into.toRealPath());
        } catch (NotFoundException e) {
            // The runner's events report a missing file. Only a missing container is an error here.
            requireContainer(container);
        } catch (IOException e) {
            throw new InfrastructureException(
                    "The output of the run cannot be copied from its container: " + Reason.of(e), e);
        } catch (RuntimeException e) {
            throw engine.failure("copy the output from the container", e);
        }
    }

    private void requireContainer(String container) {
        if (engine.find(
                        "inspect the run's container",
                        () -> engine.client().inspectContainerCmd(container).exec())
                .isEmpty()) {
            throw new InfrastructureException("Failed to run algorithm: its container was removed by another process"
                    + " before its output was copied");
        }
    }

    private void extract(InputStream stream, Set<String> names, Path into) throws IOException {
        TarArchiveInputStream tar = new TarArchiveInputStream(stream, "UTF-8");
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            if (names.contains(entry.getName()) && entry.isFile() && !entry.isLink() && !entry.isSymbolicLink()) {
                Path target = target(entry.getName(), into);
                Files.createDirectories(target.getParent());
                copy(tar, target);
            }
        }
    }

    private static Path target(String name, Path into) {
        Path target = FileNames.resolve(into, name, "Failed to run algorithm: its output '" + name + "'")
                .normalize();
        if (target.startsWith(into) && !target.equals(into)) {
            return target;
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
