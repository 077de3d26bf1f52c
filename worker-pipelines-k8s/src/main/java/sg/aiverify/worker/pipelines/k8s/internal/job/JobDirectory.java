package sg.aiverify.worker.pipelines.k8s.internal.job;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.files.RunFile;
import sg.aiverify.worker.files.internal.DirectoryTree;
import sg.aiverify.worker.pipelines.k8s.internal.pod.PodPaths;
import sg.aiverify.worker.python.OutputTail;
import sg.aiverify.worker.python.RunnerRequest;
import sg.aiverify.worker.python.SupervisedProcess;

/**
 * The directory of a run on the volume. Every worker can find it by the run's id. Only two of its parts are mounted
 * into the run's pod: {@code inputs}, read-only, and {@code out}, whose content is untrusted. Thread-safe.
 */
public final class JobDirectory {
    private static final String ROOT = "jobs/";
    private static final Logger log = LogManager.getLogger(JobDirectory.class);
    /** The directory of the result. The pod can write there, so only {@link ResultCopy} reads it. */
    static final String RESULT = "out/result";

    private static final String OWNER = "owner";
    private static final String MARK = "mark";
    private static final String SEPARATOR = "_";
    private static final String ENDED = "ended";
    private static final String TRASH = ".trash-";
    private static final int MAX_SMALL_BYTES = 64 * 1024;

    private final Path path;
    private final @Nullable Path scripts;

    /**
     * Refers to the directory of a Job whose output is not read; creates nothing.
     *
     * @param root the directory of all Jobs in the namespace, see {@link #root}
     * @param name the Job's name
     */
    public JobDirectory(Path root, String name) {
        this(null, root.resolve(name));
    }

    /**
     * Refers to the directory of a Job; creates nothing.
     *
     * @param root the directory of all Jobs in the namespace, see {@link #root}
     * @param name the Job's name
     * @param scripts the directory of runner.py in the pod, see {@link JobInputs#scripts}
     */
    public JobDirectory(Path root, String name, Path scripts) {
        this(scripts, root.resolve(name));
    }

    private JobDirectory(@Nullable Path scripts, Path path) {
        this.path = path;
        this.scripts = scripts;
    }

    /**
     * The end of the run, as job.py reports it. Untrusted.
     *
     * @param ending the exit code or signal
     * @param killsForMemory the number of processes that were killed because memory ran out; -1 if they are not counted
     * @param problem the reason why the result could not be copied to the volume; null if there was no problem
     * @param upload the outcome of the pod's upload; null if there was no upload
     */
    record Ended(
            SupervisedProcess.Ending ending,
            int killsForMemory,
            @Nullable String problem,
            @Nullable JsonObject upload) {}

    /** Returns the directory that the pod can write to. */
    Path out() {
        return path.resolve("out");
    }

    /** Returns the directory of all Jobs in a namespace, whose workers see each other's Leases. */
    public static Path root(Path dataDirectory, String namespace) {
        return dataDirectory.resolve(ROOT + namespace);
    }

    /** Returns the path of a mounted directory relative to the data directory. */
    static String below(String namespace, String name, String mounted) {
        return ROOT + namespace + "/" + name + "/" + mounted;
    }

    /**
     * Recreates the directory. The directory is complete when its mark is written.
     *
     * @param owner the name of the worker that owns the directory
     * @param inputs the inputs of the pod
     * @param files writes the files
     * @return the mark: the hash of the request, and a unique id
     */
    String make(String owner, JobInputs inputs, VolumeFiles files) throws IOException {
        delete();
        files.makeDirectory(path);
        own(owner);
        Path read = path.resolve("inputs");
        files.makeDirectory(read);
        inputs.writeTo(read, files);
        files.makeOwnDirectory(out());
        String mark = inputs.identity() + SEPARATOR + UUID.randomUUID();
        replace(MARK, mark);
        return mark;
    }

    /** Sets the name of the worker that owns the directory. */
    void own(String worker) throws IOException {
        replace(OWNER, worker);
    }

    private void replace(String name, String text) throws IOException {
        Path partial = path.resolve(name + ".part");
        Files.writeString(partial, text);
        Files.move(partial, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Returns the name of the worker that owns the directory; empty if no owner is set. */
    public Optional<String> owner() {
        return small(OWNER);
    }

    /** Returns the directory's mark; empty if the directory is incomplete or was created for another request. */
    Optional<String> mark(String identity) {
        return small(MARK).filter(mark -> mark.startsWith(identity + SEPARATOR));
    }

    /** Returns whether job.py has reported the end of the run. */
    boolean hasEnded() {
        return Files.isRegularFile(out().resolve(ENDED), LinkOption.NOFOLLOW_LINKS);
    }

    /** Returns the end of the run; empty if job.py did not report it. Call it only after the pod has ended. */
    Optional<Ended> ended() {
        return small("out/" + ENDED).flatMap(JobDirectory::parse);
    }

    private static Optional<Ended> parse(String text) {
        try {
            JsonObject report = JsonParser.parseString(text).getAsJsonObject();
            String signal = report.get("signal").isJsonNull()
                    ? null
                    : report.get("signal").getAsString();
            return Optional.of(new Ended(
                    new SupervisedProcess.Ending(report.get("code").getAsInt(), signal),
                    report.get("oom_kills").getAsInt(),
                    report.has("problem") ? report.get("problem").getAsString() : null,
                    report.has("upload") ? report.getAsJsonObject("upload") : null));
        } catch (RuntimeException e) { // Gson throws many kinds of exceptions for JSON of another form
            log.debug("Not a report of a Job's end: {}", text, e);
            return Optional.empty();
        }
    }

    /** Returns the end of the run's standard error. Call it only after the pod has ended. */
    String errors() {
        OutputTail tail = new OutputTail(line -> {}, Path.of(PodPaths.WORK, RunnerRequest.ALGORITHM), scripts);
        tail.startIsGone(); // has no effect on an output that is short enough to be complete
        for (String name : new String[] {"errors.old", "errors"}) {
            try (RunFile file = open("out/" + name).orElse(null)) {
                if (file != null) {
                    InputStream stream = file.content();
                    // Reads one byte more than the tail keeps, so that the tail detects that the start is left out.
                    stream.skipNBytes(Math.max(0, file.size() - OutputTail.MAX_BYTES - 1));
                    byte[] bytes = stream.readNBytes(OutputTail.MAX_BYTES + 1);
                    tail.add(bytes, bytes.length);
                }
            } catch (IOException e) {
                log.debug("{} cannot be read", name, e);
            }
        }
        return tail.text();
    }

    /** Opens a plain file in the directory. If the pod can write to it, call this only after the pod has ended. */
    Optional<RunFile> open(String name) throws IOException {
        return RunFile.open(path, name);
    }

    private Optional<String> small(String name) {
        try (RunFile file = open(name).orElse(null)) {
            return file == null
                    ? Optional.empty()
                    : Optional.of(new String(file.content().readNBytes(MAX_SMALL_BYTES), StandardCharsets.UTF_8));
        } catch (IOException e) {
            log.debug("{} cannot be read", name, e);
            return Optional.empty();
        }
    }

    /** Renames the directory so that only the cleanup finds it; returns the renamed directory. */
    JobDirectory retire() throws IOException {
        Path trash = path.resolveSibling(TRASH + UUID.randomUUID());
        try {
            Files.move(path, trash, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            log.debug("{} was already deleted", path, e);
        }
        return new JobDirectory(scripts, trash);
    }

    /** Deletes the directory, which disappears for other workers in one step. */
    public void delete() throws IOException {
        DirectoryTree.delete(retire().path);
    }

    /** Returns whether this is the name of a directory that is being deleted. */
    public static boolean isTrash(String name) {
        return name.startsWith(TRASH);
    }
}
