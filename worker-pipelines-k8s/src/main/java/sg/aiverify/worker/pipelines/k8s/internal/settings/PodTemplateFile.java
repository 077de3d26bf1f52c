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

/** Reads pod templates in YAML or JSON. */
public final class PodTemplateFile {
    /** The name of the container that runs the algorithm; a template's only container is merged into it. */
    public static final String CONTAINER = "algo";

    private PodTemplateFile() {}

    /**
     * Reads a template: a Pod, a PodTemplate, the content of a pod template, or an object with only a spec.
     *
     * @throws ConfigurationException if the file is not a template, or cannot be read
     */
    static JsonObject read(Path file) {
        try {
            Object read = Serialization.unmarshal(Files.readString(file), Map.class);
            JsonObject whole =
                    JsonParser.parseString(Serialization.asJson(read)).getAsJsonObject();
            JsonObject inner = whole.has("template") ? whole.getAsJsonObject("template") : whole;
            if (!inner.has("spec") && !inner.has("metadata")) {
                throw new IllegalStateException("it has neither spec nor metadata");
            }
            return withNamedContainer(inner);
        } catch (IOException | RuntimeException e) { // the parsers have many exceptions for invalid content
            throw new ConfigurationException(
                    List.of("KUBECTL_POD_TEMPLATE: " + file + " is not a pod template in YAML or JSON: "
                            + e.getMessage()),
                    e);
        }
    }

    /** Returns a copy whose only container has the name {@link #CONTAINER}, as with kubectl run. */
    public static JsonObject withNamedContainer(JsonObject template) {
        JsonObject copy = template.deepCopy();
        Optional.ofNullable(copy.getAsJsonObject("spec"))
                .map(spec -> spec.getAsJsonArray("containers"))
                .filter(containers -> containers.size() == 1)
                .ifPresent(containers -> containers.get(0).getAsJsonObject().addProperty("name", CONTAINER));
        return copy;
    }
}
