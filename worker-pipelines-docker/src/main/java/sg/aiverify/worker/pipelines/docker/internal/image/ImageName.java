package sg.aiverify.worker.pipelines.docker.internal.image;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.task.Task;

/**
 * The name of an algorithm's image: {@code <cid>:<hash>}, as in the worker that this one replaces. Where the task gives
 * no hash, {@code latest} would be the name of all algorithms of that cid, so the gid goes into the tag.
 * https://pkg.go.dev/github.com/distribution/reference has the rules for names.
 *
 * @param registry where it is pushed to and looked for; null for none
 * @param path the name between registry and tag
 * @param tag the tag
 */
public record ImageName(@Nullable String registry, String path, String tag) {
    private static final int MAX_TAG = 128;

    public static ImageName of(Task task, @Nullable String registry) {
        String tag = task.algorithmHash().map(ImageName::tag).orElseGet(() -> tag(task.gid() + "-latest"));
        return new ImageName(registry, component(task.cid()), tag);
    }

    /** Converts to lower case, replaces each group of separators by one, and removes those at the ends. */
    private static String component(String text) {
        String name = text.toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9._-]", "-")
                .replaceAll("[._-]*-[._-]*", "-")
                .replaceAll("[._]*\\.[._]*", ".")
                .replaceAll("_{3,}", "__")
                .replaceAll("^[._-]+|[._-]+$", "");
        return name.isEmpty() ? "algorithm" : name;
    }

    private static String tag(String text) {
        String tag = text.replaceAll("[^A-Za-z0-9_.-]", "-").replaceAll("^[.-]+", "");
        return tag.isEmpty() ? "latest" : tag.substring(0, Math.min(MAX_TAG, tag.length()));
    }

    /** Returns the name before the tag, with the registry. */
    String repository() {
        return registry == null ? path : registry + "/" + path;
    }

    /** Returns the name without the registry. */
    String withoutRegistry() {
        return path + ":" + tag;
    }

    @Override
    public String toString() {
        return repository() + ":" + tag;
    }
}
