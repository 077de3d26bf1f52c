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
 * The directory of a run on the volume; every worker finds it by the run's id. Only two directories in it are mounted
 * into the run's pod: {@code inputs}, read-only, and {@code out}, in which nothing is trusted. Thread-safe.
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
     * Names the directory of a Job whose output is not read; nothing is created.
     *
     * @param root the directory of all Jobs in the namespace, see {@link #root}
     * @param name the Job's name
     */
    public JobDirectory(Path root, String name) {
        this(null, root.resolve(name));
    }

    /**
     * Names the directory; nothing is created.
     *
     * @param root the directory of all Jobs in the namespace, see {@link #root}
     * @param name the Job's name
     * @param scripts where the pod sees runner.py, see {@link JobInputs#scripts}
     */
    public JobDirectory(Path root, String name, Path scripts) {
        this(scripts, root.resolve(name));
    }

    private JobDirectory(@Nullable Path scripts, Path path) {
        this.path = path;
        this.scripts = scripts;
    }

    /** How the run has ended, as job.py reports it, with -1 where kills for want of memory are not counted. Not trusted. */
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
     * Recreates the directory; it is complete when its mark is written.
     *
     * @param owner the worker that owns it
     * @param inputs what the pod reads
     * @param files writes files there
     * @return the mark: the hash of the request, and an id that no other directory of the run has
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

    /** Writes which worker owns it. */
    void own(String worker) throws IOException {
        replace(OWNER, worker);
    }

    private void replace(String name, String text) throws IOException {
        Path partial = path.resolve(name + ".part");
        Files.writeString(partial, text);
        Files.move(partial, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Returns the worker that owns it. */
    public Optional<String> owner() {
        return small(OWNER);
    }

    /** Returns its mark if it is complete and was created for that request. */
    Optional<String> mark(String identity) {
        return small(MARK).filter(mark -> mark.startsWith(identity + SEPARATOR));
    }

    /** Returns whether job.py reports that it has ended. */
    boolean hasEnded() {
        return Files.isRegularFile(out().resolve(ENDED), LinkOption.NOFOLLOW_LINKS);
    }

    /** Returns how the run has ended; empty if job.py did not report it. To be called after the end of the pod. */
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
        } catch (RuntimeException e) { // Gson reports a wrong shape by half a dozen of them
            log.debug("Not how a job ended: {}", text, e);
            return Optional.empty();
        }
    }

    /** Returns the end of the run's standard error. To be called after the end of the pod. */
    String errors() {
        OutputTail tail = new OutputTail(line -> {}, Path.of(PodPaths.WORK, RunnerRequest.ALGORITHM), scripts);
        tail.startIsGone(); // unless it is short, and kept as a whole
        for (String name : new String[] {"errors.old", "errors"}) {
            try (RunFile file = open("out/" + name).orElse(null)) {
                if (file != null) {
                    InputStream stream = file.content();
                    // One byte more than is kept, so that the tail notices that something is left out.
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

    /** Opens a plain file in it. To be called after the end of the pod where the pod could write. */
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

    /** Moves it to a name that only the cleanup looks for, and returns it there. */
    JobDirectory retire() throws IOException {
        Path trash = path.resolveSibling(TRASH + UUID.randomUUID());
        try {
            Files.move(path, trash, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            log.debug("{} is gone already", path, e);
        }
        return new JobDirectory(scripts, trash);
    }

    /** Deletes it; for other workers in one step. */
    public void delete() throws IOException {
        DirectoryTree.delete(retire().path);
    }

    /** Returns whether a name is that of a directory which is being deleted. */
    public static boolean isTrash(String name) {
        return name.startsWith(TRASH);
    }
}
