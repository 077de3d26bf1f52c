package sg.aiverify.worker.testkit.samples;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.apiguardian.api.API;
import sg.aiverify.worker.algorithm.Algorithm;
import sg.aiverify.worker.algorithm.AlgorithmLayout;

/**
 * An algorithm in the documented plug-in layout that consists of a few lines of Python. By default, it needs only the
 * test engine, and its output is {@code {"message": "<cid>"}}. It runs with any data and model (see
 * {@link TinyInputs}), with or without ground truth. Not thread-safe.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public final class TinyAlgorithm {
    /** The id of the plug-in of all these algorithms. */
    public static final String GID = "aiverify.test.tiny";

    private static final String ENGINE = "aiverify-test-engine>=2.2.0";

    private final Path folder;
    private final String cid;

    private TinyAlgorithm(Path folder, String cid) {
        this.folder = folder;
        this.cid = cid;
    }

    /**
     * Writes an algorithm that does nothing.
     *
     * @param parent the parent directory of its folder; created if it does not exist
     * @param cid the algorithm's id and its folder's name: lower-case letters, digits and underscores
     * @return the algorithm
     * @throws UncheckedIOException if it cannot be written
     */
    public static TinyAlgorithm write(Path parent, String cid) {
        if (!cid.matches("[a-z][a-z0-9_]*")) {
            throw new IllegalArgumentException("cid must be lower-case letters, digits and underscores, was " + cid);
        }
        TinyAlgorithm algorithm = new TinyAlgorithm(parent.resolve(cid), cid);
        return algorithm
                .requiring(ENGINE)
                .sourceFile("__init__.py", "")
                .sourceFile("algo.meta.json", algorithm.meta())
                .sourceFile("input.schema.json", "{\"type\": \"object\"}\n")
                .sourceFile("output.schema.json", "{\"type\": \"object\"}\n")
                .doing("pass");
    }

    /**
     * Sets the algorithm's code.
     *
     * @param body Python statements. {@code self.arguments} contains the keyword arguments; {@code self.data},
     *     {@code self.model} and {@code self.truth} the loaded inputs. {@code self.progress(percent)} reports progress;
     *     {@code self.results} is the output. {@code OUTPUT} is the directory of artifacts, and the current directory
     *     is its parent. {@code leave_process(name, daemon)} starts a process.
     * @return this
     */
    public TinyAlgorithm doing(String body) {
        String indented = body.strip().replace("\n", "\n        ");
        try {
            String script = Resource.text("tiny/algo.py").replace("# @BODY@", indented);
            return sourceFile("algo.py", script.replace("@CID@", cid));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /**
     * Sets the requirements.
     *
     * @param requirements the requirements, as in {@code [project] dependencies}
     * @return this
     */
    public TinyAlgorithm requiring(String... requirements) {
        String list = List.of(requirements).stream()
                .map(text -> new JsonPrimitive(text).toString())
                .collect(Collectors.joining(", "));
        return file("pyproject.toml", """
                [build-system]
                requires = ["hatchling"]
                build-backend = "hatchling.build"

                [project]
                name = "%s"
                version = "1.0.0"
                requires-python = ">=3.10,<3.13"
                dependencies = [%s]
                """.formatted(packageName().replace('_', '-'), list));
    }

    /**
     * Writes a file to the algorithm's Python package, which contains {@code algo.py}.
     *
     * @param name the path in the package
     * @param content the text
     * @return this
     */
    public TinyAlgorithm sourceFile(String name, String content) {
        return file(packageName() + "/" + name, content);
    }

    /**
     * Writes a file to the algorithm's folder.
     *
     * @param name the path in the folder
     * @param content the text
     * @return this
     */
    public TinyAlgorithm file(String name, String content) {
        try {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, content);
            return this;
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot write algorithm " + cid + " to " + folder, failed);
        }
    }

    /**
     * Returns the algorithm's folder.
     *
     * @return the plug-in's root
     */
    public Path folder() {
        return folder;
    }

    /**
     * Returns the name of the algorithm's Python package.
     *
     * @return the name of the directory that contains {@code algo.py}
     */
    public String packageName() {
        return "aiverify_test_" + cid;
    }

    /**
     * Reads the algorithm as the worker does.
     *
     * @return the algorithm in its current state
     */
    public Algorithm read() {
        return AlgorithmLayout.read(folder, FileTreeHash.of(folder));
    }

    private String meta() {
        return """
                {
                  "cid": "%s",
                  "gid": "%s",
                  "name": "%s",
                  "version": "1.0.0",
                  "modelType": ["classification", "regression", "uplift"],
                  "requireGroundTruth": false
                }
                """.formatted(cid, GID, cid);
    }
}
