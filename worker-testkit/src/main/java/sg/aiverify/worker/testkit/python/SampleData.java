package sg.aiverify.worker.testkit.python;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Data and models that the engine loads, made in a directory.
 *
 * @param data a pickled pandas table with the columns {@code age}, {@code income} and {@code label}
 * @param model a pickled scikit-learn classifier of {@code label}
 * @param pipeline a pickled scikit-learn pipeline that scales and classifies
 */
public record SampleData(Path data, Path model, Path pipeline) {
    /**
     * Makes the files.
     *
     * @param directory an existing directory
     * @return where they are
     * @throws InterruptedException if the thread is interrupted
     */
    public static SampleData in(Path directory) throws InterruptedException {
        try (InputStream script = Objects.requireNonNull(SampleData.class.getResourceAsStream("make_samples.py"))) {
            EngineInterpreter.run(directory, new String(script.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new SampleData(
                directory.resolve("data.sav"), directory.resolve("model.sav"), directory.resolve("pipeline.sav"));
    }
}
