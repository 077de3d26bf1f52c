package sg.aiverify.worker.testkit.gateway;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * A row of the models or datasets. A ghost is a row that a result has created.
 *
 * @param id the number of the row
 * @param name the file name
 * @param fileType file, folder or pipeline
 * @param modelType the type of a model; null for a dataset
 * @param hash the SHA-256 of the content; null for ghosts, or if hashes are left out
 * @param content the bytes, for a folder those of its zip; null for ghosts
 */
record StoredFile(
        int id,
        String name,
        @Nullable String fileType,
        @Nullable String modelType,
        @Nullable String hash,
        byte @Nullable [] content) {
    JsonObject toJson() {
        JsonObject row = new JsonObject();
        row.addProperty("id", id);
        row.addProperty("name", name);
        row.add("description", JsonNull.INSTANCE);
        if (modelType != null) {
            row.addProperty("mode", "upload");
            row.addProperty("modelType", modelType);
        }
        row.addProperty("fileType", fileType);
        row.addProperty("filename", name);
        row.addProperty("zip_hash", hash);
        row.addProperty("size", content == null ? null : content.length);
        row.add("serializer", JsonNull.INSTANCE);
        if (modelType != null) {
            row.add("modelFormat", JsonNull.INSTANCE);
            row.add("modelAPI", JsonNull.INSTANCE);
            row.add("parameterMappings", JsonNull.INSTANCE);
        } else {
            row.add("dataFormat", JsonNull.INSTANCE);
            row.add("numRows", JsonNull.INSTANCE);
            row.add("numCols", JsonNull.INSTANCE);
            row.add("dataColumns", JsonNull.INSTANCE);
        }
        row.addProperty("status", "valid");
        row.add("errorMessages", JsonNull.INSTANCE);
        row.add("created_at", JsonNull.INSTANCE);
        row.add("updated_at", JsonNull.INSTANCE);
        return row;
    }
}
