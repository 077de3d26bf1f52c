package sg.aiverify.worker.pipelines.k8s;

import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.Map;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.ImageEnvironment;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;

/** Executions of the smallest algorithm on the smallest inputs. */
final class TinyExecution {
    private TinyExecution() {}

    static Execution<ImageEnvironment> of(Path directory, String body, ImageEnvironment image) {
        return of(directory, body, image, "{}", Map.of());
    }

    /** Writes the algorithm with its body, and its inputs, below a directory. */
    static Execution<ImageEnvironment> of(
            Path directory, String body, ImageEnvironment image, String arguments, Map<String, Path> datasets) {
        TinyInputs files = TinyInputs.write(directory.resolve("inputs"));
        String name = "tiny_" + Integer.toHexString(body.hashCode()); // a directory may contain several
        TestInputs inputs = new TestInputs(
                TinyAlgorithm.write(directory, name).doing(body).read(),
                files.model(),
                files.dataset(),
                null,
                datasets);
        return new Execution<>(inputs, image, JsonParser.parseString(arguments).getAsJsonObject());
    }
}
