package sg.aiverify.worker.app.doctor;

import java.util.function.Supplier;
import sg.aiverify.worker.app.http.HttpOutlook;
import sg.aiverify.worker.failure.ConfigurationException;

/** Tells where the worker would answer for its health, and who could ask for its metrics. */
public final class HttpCheck implements Check {
    private final Supplier<HttpOutlook> outlook;

    /**
     * Creates the check.
     *
     * @param outlook looks at the settings; throws {@link ConfigurationException} if they cannot be used
     */
    public HttpCheck(Supplier<HttpOutlook> outlook) {
        this.outlook = outlook;
    }

    @Override
    public String name() {
        return "HTTP";
    }

    @Override
    public Finding look() {
        try {
            HttpOutlook seen = outlook.get();
            return seen.isOpenToOthers()
                    ? Finding.warn(
                            seen.told() + "; whoever reaches it can read the metrics",
                            "set TEWORKER_HTTP_TOKEN_FILE to a file with a token")
                    : Finding.ok(seen.told());
        } catch (ConfigurationException e) {
            return Finding.fail(String.valueOf(e.getMessage()), "correct it, or set TEWORKER_HTTP_PORT=off");
        }
    }
}
