package sg.aiverify.worker.python;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.lang.module.ModuleDescriptor.Version;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;

/** Which versions of uv install strangers' packages. */
@API(status = EXPERIMENTAL, since = "1.0")
public final class UvVersion {
    /**
     * The first that writes a package's scripts only where scripts belong: 0.11.14 was seen to write them wherever their
     * names lead, 0.11.15 to refuse such names.
     */
    public static final String OLDEST = "0.11.15";

    private static final Pattern LINE = Pattern.compile("uv (\\d{1,6}\\.\\d{1,6}\\.\\d{1,6})\\b.*", Pattern.DOTALL);

    private UvVersion() {}

    /**
     * Returns whether a version is one of them.
     *
     * @param line what {@code uv --version} writes
     * @return false also for what is no version
     */
    public static boolean isAllowed(String line) {
        Matcher found = LINE.matcher(line.strip());
        return found.matches() && Version.parse(found.group(1)).compareTo(Version.parse(OLDEST)) >= 0;
    }
}
