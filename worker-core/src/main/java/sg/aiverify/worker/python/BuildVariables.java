package sg.aiverify.worker.python;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apiguardian.api.API;

/**
 * The environment variables of installers. They contain the host's proxies, certificates and index settings, but not
 * the worker's own settings. Algorithms get none of these variables.
 */
@API(status = EXPERIMENTAL, since = "1.0")
public final class BuildVariables {
    private static final Set<String> PASSED_ON = Set.of(
            "PATH",
            "HOME",
            "USER",
            "LANG",
            "TZ",
            "TMPDIR",
            "NETRC",
            "LD_LIBRARY_PATH",
            "REQUESTS_CA_BUNDLE",
            "CURL_CA_BUNDLE",
            "http_proxy",
            "https_proxy",
            "all_proxy",
            "no_proxy");

    /** Variables that would install packages elsewhere, or override the setting for source builds. */
    private static final Set<String> LEFT_OUT = Set.of(
            "PIP_TARGET",
            "PIP_PREFIX",
            "PIP_ROOT",
            "PIP_USER",
            "PIP_PYTHON",
            "PIP_EDITABLE",
            "PIP_REQUIREMENT",
            "PIP_NO_BINARY",
            "PIP_ONLY_BINARY",
            "PIP_QUIET",
            "UV_PYTHON",
            "UV_SYSTEM_PYTHON",
            "UV_PROJECT_ENVIRONMENT",
            "UV_NO_BINARY",
            "UV_LINK_MODE");

    private BuildVariables() {}

    /**
     * Selects the variables that installers may see.
     *
     * @param worker the worker's environment variables
     * @return the variables of an installer
     */
    public static Map<String, String> of(Map<String, String> worker) {
        return worker.entrySet().stream()
                .filter(variable -> isPassedOn(variable.getKey()))
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static boolean isPassedOn(String name) {
        return !LEFT_OUT.contains(name)
                && (PASSED_ON.contains(name)
                        || PASSED_ON.contains(name.toLowerCase(Locale.ROOT))
                        || name.startsWith("PIP_")
                        || name.startsWith("UV_")
                        || name.startsWith("SSL_")
                        || name.startsWith("XDG_")
                        || name.startsWith("LC_"));
    }
}
