package sg.aiverify.worker.pipelines.k8s.internal.settings;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.Reason;

/** Reads pod templates in YAML or JSON. */
public final class PodTemplateFile {
    /** The name of the container that runs the algorithm; a template's only container is merged into it. */
    public static final String CONTAINER = "algo";

    private PodTemplateFile() {}

    /**
     * Reads a template: a Pod, a PodTemplate, the content of a pod template, or an object with only a spec.
     *
     * @throws ConfigurationException if the file cannot be read or does not contain a template
     */
    static JsonObject read(Path file) {
        return parse(text(file), file);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new ConfigurationException(
                    List.of("KUBECTL_POD_TEMPLATE: the file " + file + " cannot be read: " + Reason.withoutFile(e)), e);
        }
    }

    private static JsonObject parse(String text, Path file) {
        try {
            Object read = Serialization.unmarshal(text, Map.class);
            JsonObject whole =
                    JsonParser.parseString(Serialization.asJson(read)).getAsJsonObject();
            JsonObject inner = whole.has("template") ? whole.getAsJsonObject("template") : whole;
            if (!inner.has("spec") && !inner.has("metadata")) {
                throw new IllegalStateException("it has neither spec nor metadata");
            }
            return withNamedContainer(inner);
        } catch (RuntimeException e) { // the parsers throw many kinds of exceptions for invalid content
            throw new ConfigurationException(
                    List.of("KUBECTL_POD_TEMPLATE: " + file + " is not a pod template in YAML or JSON: "
                            + e.getMessage()),
                    e);
        }
    }

    /** Returns a copy. If it has only one container, names that {@link #CONTAINER}, as kubectl run does. */
    public static JsonObject withNamedContainer(JsonObject template) {
        JsonObject copy = template.deepCopy();
        Optional.ofNullable(copy.getAsJsonObject("spec"))
                .map(spec -> spec.getAsJsonArray("containers"))
                .filter(containers -> containers.size() == 1)
                .ifPresent(containers -> containers.get(0).getAsJsonObject().addProperty("name", CONTAINER));
        return copy;
    }
}
