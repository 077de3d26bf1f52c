package sg.aiverify.worker.pipelines.k8s;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.handover.RunFile;
import sg.aiverify.worker.python.RunnerRequest;

/**
 * Copies a result from where a pod could write to where only the worker can. No link is followed, wherever it stands in
 * a path: it could lead to another run's files, or to the worker's own.
 */
final class TakenResult {
    private static final int BUFFER_BYTES = 64 * 1024;
    private final Path into;
    private final long maxBytes;
    private long left;

    private TakenResult(Path into, long maxBytes) {
        this.into = into;
        this.maxBytes = maxBytes;
        this.left = maxBytes;
    }

    /**
     * Copies the output and the artifacts that are there as plain files; what is missing is left out.
     *
     * @param directory the run's place on the volume
     * @param artifacts names below the runner's directory of artifacts, unchecked
     * @param into gets them under their names; exists
     * @param maxBytes of all together
     * @throws IOException if a disk or the volume fails
     * @throws TaskFailedException if there is more
     */
    static void copy(JobDirectory directory, List<String> artifacts, Path into, long maxBytes) throws IOException {
        TakenResult taken = new TakenResult(into, maxBytes);
        taken.take(directory, RunnerRequest.RESULT);
        for (String artifact : artifacts) {
            taken.take(directory, RunnerRequest.ARTIFACTS + "/" + artifact);
        }
    }

    private void take(JobDirectory directory, String name) throws IOException {
        Optional<RunFile> found = directory.open(JobDirectory.RESULT + "/" + name);
        if (found.isEmpty()) {
            return;
        }
        try (RunFile file = found.get()) {
            Path target = FileNames.resolve(into, name, "The output '" + name + "'");
            Files.createDirectories(target.getParent());
            try (OutputStream to = Files.newOutputStream(target)) {
                copy(file.content(), to);
            }
        }
    }

    private void copy(InputStream from, OutputStream to) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
            left -= count;
            if (left < 0) {
                throw new TaskFailedException("Failed to run algorithm: its result is larger than " + (maxBytes >> 20)
                        + " MiB; the limit is " + KubectlSettings.SCRATCH.name());
            }
            to.write(buffer, 0, count);
        }
    }
}
