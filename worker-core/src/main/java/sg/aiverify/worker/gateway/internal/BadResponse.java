package sg.aiverify.worker.gateway.internal;

import java.io.IOException;

/** The gateway answered, but not with success. */
final class BadResponse extends IOException {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final String detail;

    /**
     * Creates the exception.
     *
     * @param code the status code
     * @param reason the reason phrase
     * @param detail what the body says; may be empty
     */
    BadResponse(int code, String reason, String detail) {
        super("HTTP Error: " + code + " - " + reason + (detail.isEmpty() ? "" : " (" + detail + ")"));
        this.code = code;
        this.detail = detail;
    }

    int code() {
        return code;
    }

    /** What the body says, for people. */
    String detail() {
        return detail;
    }

    /** Tells whether the same request may succeed later. */
    boolean mayPass() {
        return code >= 500 || code == 408 || code == 425 || code == 429;
    }

    /**
     * Tells whether a proxy says that the gateway behind it is not there, or lets nobody through who does not log in:
     * the gateway itself knows no login.
     */
    boolean isUnavailable() {
        return code == 502 || code == 503 || code == 504 || isLogin();
    }

    /** Tells whether a login is missing, or not good any more. */
    boolean isLogin() {
        return code == 401 || code == 407;
    }

    boolean isNotPending() {
        return code == 400 && detail.contains("not pending");
    }
}
