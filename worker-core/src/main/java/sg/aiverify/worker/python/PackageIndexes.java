package sg.aiverify.worker.python;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Where pip and uv get packages from. Neither reads the settings of the other, so a tool of which less is set than of
 * the other is not used: it would ask an index, the public one perhaps, that the operator does not use.
 *
 * @param pip what is set for pip
 * @param uv what is set for uv
 * @param interpreterHasUv whether uv is among the packages of the interpreter
 */
public record PackageIndexes(Source pip, Source uv, boolean interpreterHasUv) {
    public PackageIndexes {
        Objects.requireNonNull(pip, "pip");
        Objects.requireNonNull(uv, "uv");
    }

    /**
     * What is set for one tool.
     *
     * @param extent how much it says: 0 nothing, 1 how an index is reached, 2 places beside the default index, 3 what the
     *     default index is, or that there is none
     * @param origins the variables, and the options with their files, that say it; no values
     */
    public record Source(int extent, List<String> origins) {
        public Source {
            origins = List.copyOf(origins);
        }

        private static Source of(JsonObject answer) {
            List<String> origins = new ArrayList<>();
            answer.getAsJsonArray("origins").forEach(origin -> origins.add(origin.getAsString()));
            return new Source(answer.get("extent").getAsInt(), origins);
        }

        @Override
        public String toString() {
            return origins.isEmpty() ? "its defaults" : String.join(", ", origins);
        }
    }

    static PackageIndexes of(JsonObject answer) {
        return new PackageIndexes(
                Source.of(answer.getAsJsonObject("pip")),
                Source.of(answer.getAsJsonObject("uv")),
                answer.get("hasUv").getAsBoolean());
    }

    /**
     * Tells whether pip asks where the operator wants it.
     *
     * @return false if more is set for uv
     */
    public boolean allowsPip() {
        return pip.extent >= uv.extent;
    }

    /**
     * Tells whether uv asks where the operator wants it.
     *
     * @return false if more is set for pip
     */
    public boolean allowsUv() {
        return uv.extent >= pip.extent;
    }

    /**
     * Says why nothing can be installed.
     *
     * @param uvIsThere whether uv can be used
     * @return what is wrong and what to do; empty if a tool that may be used is there
     */
    public Optional<String> problem(boolean uvIsThere) {
        return allowsPip() || uvIsThere
                ? Optional.empty()
                : Optional.of("The package index is set for uv (" + uv + "), but no uv of version " + UvVersion.OLDEST
                        + " or later is there, and pip (" + pip
                        + ") does not read it: install uv, or set the index for pip, too");
    }

    /**
     * Says which tool installs, and by which settings it finds packages.
     *
     * @param uvIsThere whether uv can be used
     * @return a sentence without any secret
     */
    public String description(boolean uvIsThere) {
        if (!allowsUv() || !uvIsThere) {
            return "pip builds environments, with packages from where these say: " + pip + unread("uv", uv);
        }
        if (!allowsPip()) {
            return "uv builds environments, with packages from where these say: " + uv + unread("pip", pip);
        }
        return "uv builds environments of which nothing is there yet, pip the others, with packages from where these say:"
                + " for uv " + uv + "; for pip " + pip;
    }

    /**
     * Tells whether settings of a tool are without effect.
     *
     * @param uvIsThere whether uv can be used
     * @return true if the tool that is not used has some
     */
    public boolean leavesSettingsOut(boolean uvIsThere) {
        return !allowsPip() && !pip.origins.isEmpty() || !(allowsUv() && uvIsThere) && !uv.origins.isEmpty();
    }

    private static String unread(String tool, Source source) {
        return source.origins.isEmpty() ? "" : "; what is set for " + tool + " is not used: " + source;
    }
}
