package sg.aiverify.worker.gateway.internal;

import java.io.IOException;

/** A response of the gateway with a status code other than 2xx. */
final class BadResponse extends IOException {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final String detail;

    /**
     * Creates the exception.
     *
     * @param code the status code
     * @param reason the reason phrase
     * @param detail the error text in the body; may be empty
     */
    BadResponse(int code, String reason, String detail) {
        super("HTTP Error: " + code + " - " + reason + (detail.isEmpty() ? "" : " (" + detail + ")"));
        this.code = code;
        this.detail = detail;
    }

    int code() {
        return code;
    }

    /** Returns the error text in the body; may be empty. */
    String detail() {
        return detail;
    }

    /** Returns whether the same request may succeed later. */
    boolean isTransient() {
        return code >= 500 || code == 408 || code == 425 || code == 429;
    }

    /**
     * Returns whether a proxy reports that the gateway behind it is unavailable, or requires a login. The gateway
     * itself has no login.
     */
    boolean isUnavailable() {
        return code == 502 || code == 503 || code == 504 || isLogin();
    }

    /** Returns whether a login is missing or no longer valid. */
    boolean isLogin() {
        return code == 401 || code == 407;
    }

    boolean isNotPending() {
        return code == 400 && detail.contains("not pending");
    }
}
