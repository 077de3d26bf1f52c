package sg.aiverify.worker.pipelines.k8s.internal.pod;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.task.Task;

/** The files that are copied into a pod: the run's inputs, the runner's request, and the Python files. Immutable. */
public final class PodInputs {
    /** The block size of Python's tarfile. The last block is filled up, so that the reader does not wait for more. */
    private static final int RECORD_BYTES = 10_240;

    private final Map<Path, String> targets;
    private final byte[] request;

    private PodInputs(Map<Path, String> targets, byte[] request) {
        this.targets = targets;
        this.request = request;
    }

    /** Writes the Python files of this module to disk. */
    public static PythonScripts ownScripts(Path dataDirectory) {
        return PythonScripts.of(PodInputs.class, List.of("in_pod.py"), dataDirectory);
    }

    /**
     * Creates the inputs of a run.
     *
     * @param execution the run's inputs and arguments
     * @param task the run's task
     * @param scripts the Python files of worker-core
     * @param own the Python files of this module
     * @throws sg.aiverify.worker.failure.TaskFailedException if the arguments contain a dataset that was not downloaded
     */
    public static PodInputs of(Execution<?> execution, Task task, PythonScripts scripts, PythonScripts own) {
        String root = PodPaths.ROOT + "/inputs";
        InputLayout layout = new InputLayout(execution, root);
        Map<Path, String> targets = new LinkedHashMap<>();
        targets.put(scripts.directory(), PodPaths.SCRIPTS);
        targets.put(own.directory(), PodPaths.OWN_SCRIPTS);
        layout.names().forEach((file, name) -> targets.put(file, root + "/" + name));
        return new PodInputs(targets, layout.request().toJson(task).getBytes(StandardCharsets.US_ASCII));
    }

    /** Writes a tar of all files, with names relative to {@link PodPaths#ROOT}; the stream stays open. */
    void writeTo(OutputStream stream) throws IOException {
        TarArchiveOutputStream tar = new TarArchiveOutputStream(stream, RECORD_BYTES, StandardCharsets.UTF_8.name());
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
        for (String directory : PodPaths.directories()) {
            putDirectory(tar, relative(directory));
        }
        TarArchiveEntry requestEntry = new TarArchiveEntry(relative(PodPaths.REQUEST));
        requestEntry.setSize(request.length);
        requestEntry.setMode(0444);
        tar.putArchiveEntry(requestEntry);
        tar.write(request);
        tar.closeArchiveEntry();
        for (Map.Entry<Path, String> target : targets.entrySet()) {
            putTree(tar, target.getKey().toRealPath(), relative(target.getValue()));
        }
        tar.finish();
        tar.flush();
    }

    private static String relative(String path) {
        return path.substring(PodPaths.ROOT.length() + 1);
    }

    private static void putDirectory(TarArchiveOutputStream tar, String name) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name + "/");
        entry.setMode(0755);
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
    }

    private static void putTree(TarArchiveOutputStream tar, Path root, String name) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                putDirectory(tar, nameOf(directory));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    TarArchiveEntry entry = new TarArchiveEntry(nameOf(file), TarConstants.LF_NORMAL);
                    entry.setSize(attributes.size());
                    entry.setMode(0444);
                    tar.putArchiveEntry(entry);
                    Files.copy(file, tar);
                    tar.closeArchiveEntry();
                }
                return FileVisitResult.CONTINUE;
            }

            private String nameOf(Path file) {
                String below = FileNames.text(root.relativize(file));
                return below.isEmpty() ? name : name + "/" + below;
            }
        });
    }
}
