package sg.aiverify.worker.pipelines.docker.internal.image;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.task.Task;

/**
 * The name of an algorithm's image: {@code <cid>:<hash>}, as in the worker that this one replaces. For a task without a
 * hash, the tag contains the gid: with the tag {@code latest}, all algorithms of one cid would have the same name. The
 * rules for names are in https://pkg.go.dev/github.com/distribution/reference.
 *
 * @param registry the registry that the image is pushed to and pulled from; null if no registry is used
 * @param path the name between registry and tag
 * @param tag the tag
 */
public record ImageName(@Nullable String registry, String path, String tag) {
    private static final int MAX_TAG = 128;

    public static ImageName of(Task task, @Nullable String registry) {
        String tag = task.algorithmHash().map(ImageName::tag).orElseGet(() -> tag(task.gid() + "-latest"));
        return new ImageName(registry, component(task.cid()), tag);
    }

    /** Converts a text to lower case, replaces groups of separators with one, and removes separators at both ends. */
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

    /** Returns the name with the registry, but without the tag. */
    String repository() {
        return registry == null ? path : registry + "/" + path;
    }

    /** Returns the name with the tag, but without the registry. */
    String withoutRegistry() {
        return path + ":" + tag;
    }

    @Override
    public String toString() {
        return repository() + ":" + tag;
    }
}
