package sg.aiverify.worker.pipelines.k8s;

import com.google.gson.JsonObject;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.FailureText;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.pipeline.ArgumentDatasets;
import sg.aiverify.worker.pipeline.Execution;
import sg.aiverify.worker.pipeline.ImageEnvironment;
import sg.aiverify.worker.pipeline.TestInputs;
import sg.aiverify.worker.python.PythonScripts;
import sg.aiverify.worker.python.RunnerRequest;
import sg.aiverify.worker.task.Task;

/**
 * The files of a run as they lie in its pod: each input in a directory of its own, so that equal names do not collide.
 * Immutable.
 */
final class PodFiles {
    /** What was copied in; complete as soon as it is there. */
    static final String ROOT = PodManifest.HOME + "/run";
    /** Where the run works. */
    static final String WORK = ROOT + "/work";
    /** The algorithm's home directory. */
    static final String PYTHON_HOME = WORK + "/home";
    /** What the runner is asked. */
    static final String REQUEST = ROOT + "/request.json";
    /** The Python files of worker-core. */
    static final String SCRIPTS = ROOT + "/scripts";
    /** Those of this module. */
    static final String OWN_SCRIPTS = ROOT + "/own";
    /** Keeps the run going, and tells of it. */
    static final String IN_POD = OWN_SCRIPTS + "/in_pod.py";

    /** What python's tarfile reads at once; the archive fills it up, so that the reader needs no end of its input. */
    private static final int RECORD_BYTES = 10_240;

    private static final int MAX_HEADER_BYTES = 64 * 1024;

    private final Map<Path, String> places;
    private final byte[] request;

    private PodFiles(Map<Path, String> places, byte[] request) {
        this.places = places;
        this.request = request;
    }

    /** Puts the Python files of this module on disk. */
    static PythonScripts ownScripts(Path dataDirectory) {
        return PythonScripts.of(PodFiles.class, List.of("in_pod.py"), dataDirectory);
    }

    /**
     * Places the inputs of a run; refuses arguments that name a dataset which is not there.
     *
     * @param execution what to run
     * @param task the run's
     * @param scripts those of worker-core
     * @param own those of this module
     * @return the files
     */
    static PodFiles of(Execution<ImageEnvironment> execution, Task task, PythonScripts scripts, PythonScripts own) {
        TestInputs inputs = execution.inputs();
        Map<Path, String> places = new LinkedHashMap<>();
        places.put(scripts.directory(), SCRIPTS);
        places.put(own.directory(), OWN_SCRIPTS);
        JsonObject arguments = ArgumentDatasets.replace(execution.arguments(), name -> {
            Path path = inputs.argumentDatasets().get(name);
            if (path == null) {
                throw new TaskFailedException(
                        "The arguments name the dataset '" + name + "', which was not downloaded");
            }
            return place(places, path);
        });
        RunnerRequest request = new RunnerRequest(
                place(places, inputs.algorithm().directory()),
                place(places, inputs.testDataset()),
                place(places, inputs.model()),
                inputs.findGroundTruth()
                        .map(truth -> place(places, truth.dataset()))
                        .orElse(null),
                inputs.findGroundTruth().map(TestInputs.GroundTruth::column).orElse(null),
                arguments,
                WORK);
        return new PodFiles(places, request.toJson(task).getBytes(StandardCharsets.US_ASCII));
    }

    private static String place(Map<Path, String> places, Path file) {
        return places.computeIfAbsent(
                file, path -> ROOT + "/inputs/" + places.size() + "/" + FileNames.text(path.getFileName()));
    }

    /** Writes everything as a tar whose names are relative to {@link #ROOT}; the stream stays open. */
    void writeTo(OutputStream target) throws IOException {
        TarArchiveOutputStream tar = new TarArchiveOutputStream(target, RECORD_BYTES, StandardCharsets.UTF_8.name());
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
        for (String directory : List.of(WORK, PYTHON_HOME, PYTHON_HOME + "/tmp", PYTHON_HOME + "/cache")) {
            putDirectory(tar, relative(directory));
        }
        TarArchiveEntry asked = new TarArchiveEntry(relative(REQUEST));
        asked.setSize(request.length);
        asked.setMode(0444);
        tar.putArchiveEntry(asked);
        tar.write(request);
        tar.closeArchiveEntry();
        for (Map.Entry<Path, String> place : places.entrySet()) {
            putTree(tar, place.getKey().toRealPath(), relative(place.getValue()));
        }
        tar.finish();
        tar.flush();
    }

    private static String relative(String path) {
        return path.substring(ROOT.length() + 1);
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

    /**
     * Unpacks a result, of which nothing is trusted: plain files that were asked for only, below the directory only,
     * none twice, none with holes, which take little of the archive and much of the disk, none with headers that take
     * much of the heap.
     *
     * @param archive a tar from the pod
     * @param names of the files that were asked for
     * @param directory an existing directory of the run
     * @throws IOException if it is cut off, or is not what our script writes
     */
    static void unpack(InputStream archive, Collection<String> names, Path directory) throws IOException {
        Set<String> wanted = new HashSet<>(names);
        HeaderLimit limited = new HeaderLimit(archive);
        try (TarArchiveInputStream tar = new TarArchiveInputStream(limited, StandardCharsets.UTF_8.name())) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                limited.lift();
                if (!wanted.remove(entry.getName())) {
                    throw new IOException("the pod sent '" + FailureText.printable(entry.getName())
                            + "', which was not asked for, or was there before");
                }
                Path file = place(directory, entry.getName());
                if (!isPlain(entry) || !file.startsWith(directory)) {
                    throw new IOException("the pod sent '" + entry.getName() + "', which is no plain file of a result");
                }
                Files.createDirectories(file.getParent());
                Files.copy(tar, file);
                limited.impose();
            }
        }
    }

    /** Bounds what is read for an entry's headers, which the library keeps in memory whatever they say. */
    private static final class HeaderLimit extends FilterInputStream {
        private long left = MAX_HEADER_BYTES;

        HeaderLimit(InputStream archive) {
            super(archive);
        }

        void impose() {
            left = MAX_HEADER_BYTES;
        }

        void lift() {
            left = Long.MAX_VALUE;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = super.read(bytes, offset, length);
            left -= Math.max(0, count);
            if (left < 0) {
                throw new IOException(
                        "the pod sent an archive with headers of more than " + MAX_HEADER_BYTES + " bytes");
            }
            return count;
        }

        @Override
        public long skip(long count) throws IOException {
            long skipped = super.skip(count);
            left -= skipped;
            return skipped;
        }
    }

    private static boolean isPlain(TarArchiveEntry entry) {
        return entry.isFile() && !entry.isSymbolicLink() && !entry.isLink() && !entry.isSparse();
    }

    private static Path place(Path directory, String name) {
        try {
            return directory.resolve(FileNames.of(name)).normalize();
        } catch (InvalidPathException e) {
            throw new TaskFailedException(FailureText.printable(
                    "Failed to run algorithm: its output has a file that cannot be named here: " + e.getMessage()));
        }
    }
}
