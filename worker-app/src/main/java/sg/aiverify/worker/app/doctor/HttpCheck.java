package sg.aiverify.worker.app.doctor;

import java.util.function.Supplier;
import sg.aiverify.worker.app.http.HttpBinding;
import sg.aiverify.worker.failure.ConfigurationException;

/** Tells where the worker would answer for its health, whether it can, and who could ask for its metrics. */
public final class HttpCheck implements Check {
    private final Supplier<HttpBinding> outlook;

    /**
     * Creates the check.
     *
     * @param outlook looks at the settings; throws {@link ConfigurationException} if they cannot be used
     */
    public HttpCheck(Supplier<HttpBinding> outlook) {
        this.outlook = outlook;
    }

    @Override
    public String name() {
        return "HTTP";
    }

    @Override
    public Finding look() {
        try {
            return finding(outlook.get());
        } catch (ConfigurationException e) {
            return Finding.fail(String.valueOf(e.getMessage()), "correct it, or set TEWORKER_HTTP_PORT=off");
        }
    }

    private static Finding finding(HttpBinding seen) {
        return switch (seen.port()) {
            case FREE ->
                seen.isOpenToOthers()
                        ? Finding.warn(
                                seen.summary() + "; whoever reaches it can read the metrics",
                                "set TEWORKER_HTTP_TOKEN_FILE to a file with a token")
                        : Finding.ok(seen.summary());
            case OF_A_WORKER ->
                Finding.warn(
                        seen.summary() + " is taken: a worker answers there",
                        "nothing if that is the worker with these settings; for another one beside it, set"
                                + " TEWORKER_HTTP_PORT to another port, or to 0 for any");
            case TAKEN ->
                Finding.warn(
                        seen.summary() + " is taken by another program: the worker would start without health, readiness"
                                + " and metrics",
                        "set TEWORKER_HTTP_PORT to a free port, or to off");
            case TAKEN_BUT_ASKED_FOR ->
                Finding.fail(
                        seen.summary() + " is taken by another program",
                        "stop that one, or set TEWORKER_HTTP_PORT to a free port, or to off");
        };
    }
}
