package sg.aiverify.worker.testkit.samples;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import sg.aiverify.worker.testkit.python.EngineInterpreter;

/** The result of an algorithm that was run in the real engine, in a separate process. */
record EngineRun(int exit, String text) {
    static EngineRun of(Path folder, SampleCase inputs, boolean withTruth, String arguments)
            throws IOException, InterruptedException {
        Path script = Files.createTempFile("run_algorithm", ".py");
        Path log = Files.createTempFile("run_algorithm", ".log");
        try {
            Resource.copy("run_algorithm.py", script);
            Process process = new ProcessBuilder(List.of(
                            EngineInterpreter.get().executable().toString(),
                            script.toString(),
                            folder.toString(),
                            inputs.dataset().toString(),
                            inputs.model().toString(),
                            inputs.modelType().name(),
                            withTruth ? inputs.groundTruthDataset().toString() : "",
                            withTruth ? inputs.groundTruth() : "",
                            arguments))
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new AssertionError("still running: " + Files.readString(log));
            }
            return new EngineRun(process.exitValue(), Files.readString(log).strip());
        } finally {
            Files.delete(script);
            Files.delete(log);
        }
    }

    private JsonObject result() {
        if (exit != 0) {
            throw new AssertionError("ended with " + exit + ": " + text);
        }
        return JsonParser.parseString(text.substring(text.lastIndexOf('\n') + 1))
                .getAsJsonObject();
    }

    JsonObject output() {
        return result().getAsJsonObject("output");
    }

    List<Integer> progress() {
        return result().getAsJsonArray("progress").asList().stream()
                .map(percent -> percent.getAsInt())
                .toList();
    }
}
