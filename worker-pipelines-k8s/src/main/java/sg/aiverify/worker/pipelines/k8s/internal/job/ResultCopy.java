package sg.aiverify.worker.pipelines.k8s.internal.job;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.files.RunFile;
import sg.aiverify.worker.pipelines.k8s.internal.settings.KubectlSettings;
import sg.aiverify.worker.python.RunnerRequest;

/**
 * Copies a result from a directory that the pod could change to a directory that only the worker can change. Does not
 * follow links in a path: they could lead to files of another run or of the worker.
 */
final class ResultCopy {
    private static final int BUFFER_BYTES = 64 * 1024;
    private final Path into;
    private final long maxBytes;
    private long left;

    private ResultCopy(Path into, long maxBytes) {
        this.into = into;
        this.maxBytes = maxBytes;
        this.left = maxBytes;
    }

    /**
     * Copies the output and the artifacts. Skips missing files, and entries that are not plain files.
     *
     * @param directory the run's directory on the volume
     * @param artifacts unchecked names below the runner's directory of artifacts
     * @param into an existing directory for the copies, which keep their names
     * @param maxBytes the largest total size of the copied files, in bytes
     * @throws IOException if a disk or the volume fails
     * @throws TaskFailedException if the total size is larger
     */
    static void copy(JobDirectory directory, List<String> artifacts, Path into, long maxBytes) throws IOException {
        ResultCopy taken = new ResultCopy(into, maxBytes);
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
