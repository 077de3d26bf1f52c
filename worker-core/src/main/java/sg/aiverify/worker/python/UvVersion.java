package sg.aiverify.worker.python;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.lang.module.ModuleDescriptor.Version;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;

/** The versions of uv that may install untrusted packages. */
@API(status = EXPERIMENTAL, since = "1.0")
public final class UvVersion {
    /**
     * The oldest version that writes a package's scripts only to the scripts directory. In a test, 0.11.14 followed
     * paths in the names of scripts; 0.11.15 refused such names.
     */
    public static final String OLDEST = "0.11.15";

    private static final Pattern LINE = Pattern.compile("uv (\\d{1,6}\\.\\d{1,6}\\.\\d{1,6})\\b.*", Pattern.DOTALL);

    private UvVersion() {}

    /**
     * Checks whether a version may be used.
     *
     * @param line the output of {@code uv --version}
     * @return false also for output that is not a version
     */
    public static boolean isAllowed(String line) {
        Matcher found = LINE.matcher(line.strip());
        return found.matches() && Version.parse(found.group(1)).compareTo(Version.parse(OLDEST)) >= 0;
    }
}
