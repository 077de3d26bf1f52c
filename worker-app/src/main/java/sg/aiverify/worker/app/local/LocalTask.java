package sg.aiverify.worker.app.local;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import sg.aiverify.worker.config.FileNames;

/** Converts a run on local files to a task in the format of the gateway. */
public final class LocalTask {
    private LocalTask() {}

    /**
     * Returns the task of a run.
     *
     * @param run the run
     * @param algorithm its algorithm
     * @return the task in JSON
     */
    public static String json(LocalRun run, AlgorithmSource algorithm) {
        JsonObject task = new JsonObject();
        task.addProperty("id", run.id());
        task.addProperty("mode", "upload");
        task.addProperty("algorithmGID", algorithm.gid());
        task.addProperty("algorithmCID", algorithm.cid());
        task.add("algorithmArgs", run.arguments());
        task.addProperty("modelFile", storeName(run.model()));
        task.addProperty("modelType", run.modelType().wireName());
        task.addProperty("testDataset", storeName(run.data()));
        if (run.groundTruth() != null) {
            task.addProperty("groundTruthDataset", storeName(run.groundTruth()));
            task.addProperty("groundTruth", run.groundTruthColumn());
        }
        return task.toString();
    }

    // Replaces characters that neither the gateway's file store nor the format of tasks allows.
    private static String storeName(Path path) {
        String name = FileNames.shown(FileNames.absolute(path).normalize().getFileName());
        String allowed = name.replaceAll("[^A-Za-z0-9._-]", "_");
        return allowed.replaceFirst("^\\.+", "_");
    }
}
