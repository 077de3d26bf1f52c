package sg.aiverify.worker.python;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * Where pip and uv get packages from. Neither reads the settings of the other, so a tool of which less is set than of
 * the other is not used: it would ask an index, the public one perhaps, that the operator does not use. Nor is uv where
 * as much is set for both, but not the same. Where settings say only how an index is reached, they keep no tool out that
 * is the only one.
 *
 * @param pip what is set for pip
 * @param uv what is set for uv
 * @param differ whether they name different places
 * @param interpreterHasUv whether uv is among the packages of the interpreter
 * @param interpreterHasPip whether the interpreter has pip, or can make environments that do
 * @param unknown why it is not known what is set, naming the file; empty if it is
 */
@API(status = EXPERIMENTAL, since = "1.0")
public record PackageIndexes(
        Source pip, Source uv, boolean differ, boolean interpreterHasUv, boolean interpreterHasPip, String unknown) {
    /** Settings up to here say at most how an index is reached. */
    private static final int REACH = 1;

    public PackageIndexes {
        Objects.requireNonNull(pip, "pip");
        Objects.requireNonNull(uv, "uv");
        Objects.requireNonNull(unknown, "unknown");
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
            return new Source(
                    answer.get("extent").getAsInt(), PackageInstaller.texts(answer.getAsJsonArray("origins")));
        }

        private String describe() {
            return (origins.isEmpty() ? "with " : "as set by ") + this;
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
                answer.get("differ").getAsBoolean(),
                answer.get("hasUv").getAsBoolean(),
                answer.get("hasPip").getAsBoolean(),
                answer.get("problem").isJsonNull() ? "" : answer.get("problem").getAsString());
    }

    private boolean allowsPip() {
        return pip.extent >= uv.extent;
    }

    /**
     * Tells whether pip may ask where there is no other tool.
     *
     * @return false if more is set for uv than how its index is reached
     */
    public boolean allowsPipAlone() {
        return unknown.isEmpty() && (allowsPip() || uv.extent <= REACH);
    }

    private boolean allowsUv() {
        return uv.extent > pip.extent || uv.extent == pip.extent && !(differ && uv.extent > REACH);
    }

    /**
     * Tells whether pip installs.
     *
     * @param uvIsThere whether uv can be used
     * @return false if only uv can, or nothing
     */
    public boolean pipCan(boolean uvIsThere) {
        return unknown.isEmpty() && interpreterHasPip && (allowsPip() || !uvIsThere && allowsPipAlone());
    }

    /**
     * Tells whether uv installs.
     *
     * @param uvIsThere whether uv can be used
     * @return false if only pip can, or nothing
     */
    public boolean uvCan(boolean uvIsThere) {
        boolean pipsPlaces = pip.extent > REACH && !(differ && pip.extent == uv.extent);
        return unknown.isEmpty() && uvIsThere && (allowsUv() || !interpreterHasPip && !pipsPlaces);
    }

    /**
     * Says why nothing can be installed.
     *
     * @param uvIsThere whether uv can be used
     * @return what is wrong and what to do; empty if a tool that may be used is there
     */
    public Optional<String> problem(boolean uvIsThere) {
        if (!unknown.isEmpty()) {
            return Optional.of("It is not known where packages come from: " + unknown + "; correct that file");
        }
        if (pipCan(uvIsThere) || uvCan(uvIsThere)) {
            return Optional.empty();
        }
        String noUv = "no uv of version " + UvVersion.OLDEST + " or later is there";
        String noPip = "the interpreter has neither pip nor ensurepip";
        if (!uvIsThere && !interpreterHasPip) {
            return Optional.of("Nothing can install packages: " + noPip + ", and " + noUv);
        }
        return Optional.of(uvIsThere ? mismatch("pip", pip, noPip, "uv", uv) : mismatch("uv", uv, noUv, "pip", pip));
    }

    private static String mismatch(String set, Source source, String missing, String there, Source other) {
        return "The package index is set for " + set + " (" + source + "), but " + missing + ", and " + there + " ("
                + other + ") does not read it: install " + set + ", or set the index for " + there + ", too";
    }

    /**
     * Says which tool installs, and by which settings it finds packages.
     *
     * @param uvIsThere whether uv can be used
     * @return a sentence without any secret
     */
    public String description(boolean uvIsThere) {
        if (!uvCan(uvIsThere)) {
            return "pip builds environments, " + pip.describe() + unread("uv", uv, pip);
        }
        if (!pipCan(uvIsThere)) {
            return "uv builds environments, " + uv.describe() + unread("pip", pip, uv);
        }
        return "uv builds environments of which nothing is there yet, pip the others; uv " + uv.describe() + ", pip "
                + pip.describe();
    }

    /**
     * Tells whether places that are set for a tool are without effect. Settings that say only how an index is reached,
     * such as certificates, do not matter where another tool is used.
     *
     * @param uvIsThere whether uv can be used
     * @return true if the tool that is not used has some of its own
     */
    public boolean leavesSettingsOut(boolean uvIsThere) {
        return !pipCan(uvIsThere) && !unread(pip, uv).isEmpty()
                || !uvCan(uvIsThere) && !unread(uv, pip).isEmpty();
    }

    /** What holds for both tools is without effect for none. */
    private static List<String> unread(Source source, Source other) {
        return source.extent <= REACH
                ? List.of()
                : source.origins.stream()
                        .filter(origin -> !other.origins.contains(origin))
                        .toList();
    }

    private static String unread(String tool, Source source, Source used) {
        List<String> unread = unread(source, used);
        return unread.isEmpty() ? "" : "; what is set for " + tool + " is not used: " + String.join(", ", unread);
    }
}
