package sg.aiverify.worker.pipelines.docker.internal.image;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;

/**
 * What an algorithm requires of the Python in the base image.
 *
 * @param missing the requirements that the image does not meet, normalised and sorted
 * @param hasPip whether the image has pip
 * @param python the image's interpreter
 * @param version its version, as {@code 3.12}
 * @param platforms the platforms whose wheels it accepts
 */
public record ImageRequirements(
        List<String> missing, boolean hasPip, String python, String version, List<String> platforms) {
    public ImageRequirements {
        missing = List.copyOf(missing);
        platforms = List.copyOf(platforms);
    }

    static ImageRequirements of(JsonObject answer) {
        return new ImageRequirements(
                texts(answer.getAsJsonArray("missing")),
                answer.get("hasPip").getAsBoolean(),
                answer.get("executable").getAsString(),
                answer.get("version").getAsString(),
                texts(answer.getAsJsonArray("platforms")));
    }

    private static List<String> texts(JsonArray array) {
        List<String> texts = new ArrayList<>();
        for (JsonElement text : array) {
            texts.add(text.getAsString());
        }
        return texts;
    }
}
