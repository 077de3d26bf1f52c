package sg.aiverify.worker.app.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files of an algorithm that is never run. */
final class BareAlgorithm {
    static final String META = "{\"gid\": \"g\", \"cid\": \"c\", \"modelType\": [\"regression\"]}";

    private BareAlgorithm() {}

    /** Writes a project and returns its package. */
    static Path write(Path project) throws IOException {
        Path inner = Files.createDirectories(project.resolve("package"));
        Files.writeString(project.resolve("pyproject.toml"), "[project]\nname = \"p\"\nversion = \"1\"\n");
        Files.writeString(inner.resolve("algo.py"), "");
        Files.writeString(inner.resolve("algo.meta.json"), META);
        Files.writeString(inner.resolve("input.schema.json"), "{}");
        Files.writeString(inner.resolve("output.schema.json"), "{}");
        return inner;
    }
}
