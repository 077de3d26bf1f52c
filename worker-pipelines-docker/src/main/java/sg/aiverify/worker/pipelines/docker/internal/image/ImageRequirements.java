package sg.aiverify.worker.pipelines.docker.internal.image;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;

/**
 * The requirements of an algorithm, compared with the packages of the base image's Python.
 *
 * @param missing the requirements that the image does not meet, normalised and sorted
 * @param hasPip whether the image has pip
 * @param python the image's interpreter
 * @param version the interpreter's version, such as {@code 3.12}
 * @param platforms the platform tags of the wheels that the interpreter accepts
 */
public record ImageRequirements(
        List<String> missing, boolean hasPip, String python, String version, List<String> platforms) {
    public ImageRequirements {
        missing = List.copyOf(missing);
        platforms = List.copyOf(platforms);
    }

    static ImageRequirements of(JsonObject response) {
        return new ImageRequirements(
                texts(response.getAsJsonArray("missing")),
                response.get("hasPip").getAsBoolean(),
                response.get("executable").getAsString(),
                response.get("version").getAsString(),
                texts(response.getAsJsonArray("platforms")));
    }

    private static List<String> texts(JsonArray array) {
        List<String> texts = new ArrayList<>();
        for (JsonElement text : array) {
            texts.add(text.getAsString());
        }
        return texts;
    }
}
