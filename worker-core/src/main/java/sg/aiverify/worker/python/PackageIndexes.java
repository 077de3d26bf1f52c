package sg.aiverify.worker.python;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apiguardian.api.API;

/**
 * The package indexes of pip and uv. Neither tool reads the settings of the other. If one tool has a smaller extent of
 * settings, it is not used. It would read an index that the operator did not choose, perhaps the public one. If both
 * have the same extent but different indexes, uv is not used. Settings that only concern the access to an index, such
 * as certificates, do not exclude a tool if it is the only available one.
 *
 * @param pip the settings of pip
 * @param uv the settings of uv
 * @param differ whether they set different indexes
 * @param interpreterHasUv whether uv is among the packages of the interpreter
 * @param interpreterHasPip whether the interpreter has pip, or can create environments that have it
 * @param unknown the settings file that could not be read, and the reason; empty if all settings were read
 */
@API(status = EXPERIMENTAL, since = "1.0")
public record PackageIndexes(
        Source pip, Source uv, boolean differ, boolean interpreterHasUv, boolean interpreterHasPip, String unknown) {
    /** The extent of settings that only concern the access to an index. */
    private static final int REACH = 1;

    public PackageIndexes {
        Objects.requireNonNull(pip, "pip");
        Objects.requireNonNull(uv, "uv");
        Objects.requireNonNull(unknown, "unknown");
    }

    /**
     * The index settings of one tool.
     *
     * @param extent the kind of settings: 0 for no settings, 1 for the access to an index, 2 for indexes in addition to
     *     the default index, 3 if the default index is replaced or switched off
     * @param origins the names of the variables, and of the options with their files; values are left out
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
     * Checks whether the index settings allow pip if it is the only available tool.
     *
     * @return false if uv has index settings that pip does not have, or if settings could not be read
     */
    public boolean allowsPipAlone() {
        return unknown.isEmpty() && (allowsPip() || uv.extent <= REACH);
    }

    private boolean allowsUv() {
        return uv.extent > pip.extent || uv.extent == pip.extent && !(differ && uv.extent > REACH);
    }

    /**
     * Checks whether pip is available and the index settings allow it.
     *
     * @param uvIsAvailable whether uv can be used
     * @return true if pip can install packages
     */
    public boolean pipCan(boolean uvIsAvailable) {
        return unknown.isEmpty() && interpreterHasPip && (allowsPip() || !uvIsAvailable && allowsPipAlone());
    }

    /**
     * Checks whether uv is available and the index settings allow it.
     *
     * @param uvIsAvailable whether uv can be used
     * @return true if uv can install packages
     */
    public boolean uvCan(boolean uvIsAvailable) {
        boolean pipsPlaces = pip.extent > REACH && !(differ && pip.extent == uv.extent);
        return unknown.isEmpty() && uvIsAvailable && (allowsUv() || !interpreterHasPip && !pipsPlaces);
    }

    /**
     * Explains why no package can be installed.
     *
     * @param uvIsAvailable whether uv can be used
     * @return the problem and its fix; empty if a tool can be used
     */
    public Optional<String> problem(boolean uvIsAvailable) {
        if (!unknown.isEmpty()) {
            return Optional.of("The package index is unknown: " + unknown + "; correct that file");
        }
        if (pipCan(uvIsAvailable) || uvCan(uvIsAvailable)) {
            return Optional.empty();
        }
        String noUv = "there is no uv of version " + UvVersion.OLDEST + " or later";
        String noPip = "the interpreter has neither pip nor ensurepip";
        if (!uvIsAvailable && !interpreterHasPip) {
            return Optional.of("No tool can install packages: " + noPip + ", and " + noUv);
        }
        return Optional.of(
                uvIsAvailable ? mismatch("pip", pip, noPip, "uv", uv) : mismatch("uv", uv, noUv, "pip", pip));
    }

    private static String mismatch(String set, Source source, String missing, String available, Source other) {
        return "The package index is set for " + set + " (" + source + "), but " + missing + ", and " + available
                + " (" + other + ") does not read these settings: install " + set + ", or set the index for "
                + available + ", too";
    }

    /**
     * Describes which tool installs packages, and which settings it uses.
     *
     * @param uvIsAvailable whether uv can be used
     * @return a sentence without passwords
     */
    public String description(boolean uvIsAvailable) {
        if (!uvCan(uvIsAvailable)) {
            return "pip builds environments, " + pip.describe() + unread("uv", uv, pip);
        }
        if (!pipCan(uvIsAvailable)) {
            return "uv builds environments, " + uv.describe() + unread("pip", pip, uv);
        }
        return "uv builds an environment if the interpreter has none of its packages, else pip does; uv "
                + uv.describe() + ", pip " + pip.describe();
    }

    /**
     * Checks whether a tool is not used although it has an index that the other tool does not have. Settings that only
     * concern the access to an index, such as certificates, do not count.
     *
     * @param uvIsAvailable whether uv can be used
     * @return true if such an index has no effect
     */
    public boolean leavesSettingsOut(boolean uvIsAvailable) {
        return !pipCan(uvIsAvailable) && !unread(pip, uv).isEmpty()
                || !uvCan(uvIsAvailable) && !unread(uv, pip).isEmpty();
    }

    /** Returns the settings of an unused tool that the other tool does not have. */
    private static List<String> unread(Source source, Source other) {
        return source.extent <= REACH
                ? List.of()
                : source.origins.stream()
                        .filter(origin -> !other.origins.contains(origin))
                        .toList();
    }

    private static String unread(String tool, Source source, Source used) {
        List<String> unread = unread(source, used);
        return unread.isEmpty() ? "" : "; unused settings of " + tool + ": " + String.join(", ", unread);
    }
}
