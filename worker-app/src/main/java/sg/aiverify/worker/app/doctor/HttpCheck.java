package sg.aiverify.worker.app.doctor;

import java.util.function.Supplier;
import sg.aiverify.worker.app.http.HttpBinding;
import sg.aiverify.worker.failure.ConfigurationException;

/** Checks the address of the worker's HTTP server, whether its port is free, and whether its metrics are protected. */
public final class HttpCheck implements Check {
    private final Supplier<HttpBinding> binding;

    /**
     * Creates the check.
     *
     * @param binding reads the settings; throws {@link ConfigurationException} if they cannot be used
     */
    public HttpCheck(Supplier<HttpBinding> binding) {
        this.binding = binding;
    }

    @Override
    public String name() {
        return "HTTP";
    }

    @Override
    public Finding run() {
        try {
            return finding(binding.get());
        } catch (ConfigurationException e) {
            return Finding.fail(String.valueOf(e.getMessage()), "correct it, or set TEWORKER_HTTP_PORT=off");
        }
    }

    private static Finding finding(HttpBinding binding) {
        return switch (binding.port()) {
            case FREE ->
                binding.isOpenToOthers()
                        ? Finding.warn(
                                binding.summary() + "; any client in the network can read the metrics",
                                "set TEWORKER_HTTP_TOKEN_FILE to a file with a token")
                        : Finding.ok(binding.summary());
            case OF_A_WORKER ->
                Finding.warn(
                        binding.summary() + " is in use by a worker",
                        "nothing to do if this is the worker with these settings; to run another one, set"
                                + " TEWORKER_HTTP_PORT to another port, or to 0 for any free port");
            case TAKEN ->
                Finding.warn(
                        binding.summary() + " is in use by another program: the worker would start without health,"
                                + " readiness and metrics",
                        "set TEWORKER_HTTP_PORT to a free port, or to off");
            case TAKEN_BUT_CONFIGURED ->
                Finding.fail(
                        binding.summary() + " is in use by another program",
                        "stop that program, or set TEWORKER_HTTP_PORT to a free port, or to off");
        };
    }
}
