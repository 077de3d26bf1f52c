package sg.aiverify.worker.pipelines.k8s;

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
import sg.aiverify.worker.cache.DirectoryTree;
import sg.aiverify.worker.handover.RunFile;
import sg.aiverify.worker.python.OutputTail;
import sg.aiverify.worker.python.SupervisedProcess;

/**
 * A run's place on the volume, found by the run's id whichever worker looks. Only two of its directories are mounted
 * into the run's pod: {@code inputs}, read-only, and {@code out}, in which nothing is trusted. Thread-safe.
 */
final class JobDirectory {
    private static final String ROOT = "jobs/";
    private static final Logger log = LogManager.getLogger(JobDirectory.class);
    /** Where the pod leaves its result, in the run's place. */
    static final String RESULT = "out/result";

    private static final String OWNER = "owner";
    private static final String MARK = "mark";
    private static final String SEPARATOR = "_";
    private static final String ENDED = "ended";
    private static final String TRASH = ".trash-";
    private static final int MAX_SMALL_BYTES = 64 * 1024;

    private final Path path;

    /**
     * Names the place; nothing is made.
     *
     * @param root where the places of all Jobs in its namespace are
     * @param name the Job's name
     */
    JobDirectory(Path root, String name) {
        this(root.resolve(name));
    }

    private JobDirectory(Path path) {
        this.path = path;
    }

    /** How job.py says that it ended, with -1 where nobody counts what is killed for want of memory. Foreign data. */
    record Ended(
            SupervisedProcess.Ending ending,
            int killsForMemory,
            @Nullable String problem,
            @Nullable JsonObject upload) {}

    /** Gives what the pod writes to. */
    Path out() {
        return path.resolve("out");
    }

    /** Gives the copy of what the runner left. The pod could write there, so {@link TakenResult} reads it. */
    Path result() {
        return path.resolve(RESULT);
    }

    /** Gives where the places of all Jobs in a namespace are, whose workers see each other's signs of life. */
    static Path root(Path dataDirectory, String namespace) {
        return dataDirectory.resolve(ROOT + namespace);
    }

    /** Gives where a mounted directory lies below the data directory. */
    static String below(String namespace, String name, String mounted) {
        return ROOT + namespace + "/" + name + "/" + mounted;
    }

    /**
     * Makes the directory anew; it is complete when its mark is written.
     *
     * @param owner the worker that it belongs to
     * @param inputs what the pod reads
     * @param links puts it there
     * @return the mark: what was asked, and what tells this directory from others of the same run
     */
    String make(String owner, JobInputs inputs, FileLinks links) throws IOException {
        delete();
        links.makeDirectory(path);
        own(owner);
        Path read = path.resolve("inputs");
        links.makeDirectory(read);
        inputs.putInto(read, links);
        links.makeOwnDirectory(out());
        String mark = inputs.identity() + SEPARATOR + UUID.randomUUID();
        replace(MARK, mark);
        return mark;
    }

    /** Notes whose it is. */
    void own(String worker) throws IOException {
        replace(OWNER, worker);
    }

    private void replace(String name, String text) throws IOException {
        Path partial = path.resolve(name + ".part");
        Files.writeString(partial, text);
        Files.move(partial, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Gives the worker that it belongs to. */
    Optional<String> owner() {
        return small(OWNER);
    }

    /** Gives its mark, if it was made whole and for that request. */
    Optional<String> mark(String identity) {
        return small(MARK).filter(mark -> mark.startsWith(identity + SEPARATOR));
    }

    /** Tells whether job.py says that it has ended. */
    boolean hasEnded() {
        return Files.isRegularFile(out().resolve(ENDED), LinkOption.NOFOLLOW_LINKS);
    }

    /** Gives how it ended, only after the pod has ended: if it has, and it has, and job.py came to tell. */
    Optional<Ended> ended() {
        return small("out/" + ENDED).flatMap(JobDirectory::parse);
    }

    private static Optional<Ended> parse(String text) {
        try {
            JsonObject told = JsonParser.parseString(text).getAsJsonObject();
            String signal =
                    told.get("signal").isJsonNull() ? null : told.get("signal").getAsString();
            return Optional.of(new Ended(
                    new SupervisedProcess.Ending(told.get("code").getAsInt(), signal),
                    told.get("oom_kills").getAsInt(),
                    told.has("problem") ? told.get("problem").getAsString() : null,
                    told.has("upload") ? told.getAsJsonObject("upload") : null));
        } catch (RuntimeException e) { // Gson tells of a wrong shape by half a dozen of them
            log.debug("Not how a job ended: {}", text, e);
            return Optional.empty();
        }
    }

    /** Gives the end of what was written to standard error; only after the pod has ended. */
    String errors() {
        OutputTail tail = new OutputTail();
        for (String name : new String[] {"errors.old", "errors"}) {
            try (RunFile file = open("out/" + name).orElse(null)) {
                if (file != null) {
                    InputStream stream = file.content();
                    // One byte more than is kept, or the tail would not know that something was before.
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

    /** Opens a plain file at a path below it; after the pod has ended, if it could write there. */
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

    /** Moves it to where nobody looks for it but the sweep, and gives it there. */
    JobDirectory retire() throws IOException {
        Path trash = path.resolveSibling(TRASH + UUID.randomUUID());
        try {
            Files.move(path, trash, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            log.debug("{} is gone already", path, e);
        }
        return new JobDirectory(trash);
    }

    /** Deletes it, in one step for those who look for it. */
    void delete() throws IOException {
        DirectoryTree.delete(retire().path);
    }

    /** Tells whether a name is that of something that is being deleted. */
    static boolean isTrash(String name) {
        return name.startsWith(TRASH);
    }
}
