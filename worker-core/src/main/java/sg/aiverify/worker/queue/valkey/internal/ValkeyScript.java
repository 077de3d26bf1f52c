package sg.aiverify.worker.queue.valkey.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.apache.commons.codec.digest.DigestUtils;

/** The Lua scripts that the server runs, each atomically. */
enum ValkeyScript {
    RECOVER("recover.lua"),
    EXTEND("extend.lua"),
    ACQUIRE_REPORT_RIGHT("acquire_report_right.lua"),
    COMPLETE("complete.lua"),
    HAND_BACK_OR_RETRY_LATER("hand_back_or_retry_later.lua"),
    GIVE_UP("give_up.lua"),
    SWEEP("sweep.lua"),
    LEAVE("leave.lua"),
    CHECK_PERMISSIONS("check_permissions.lua");

    private final String text;
    private final String sha1;

    ValkeyScript(String resource) {
        byte[] bytes = read(resource);
        text = new String(bytes, StandardCharsets.UTF_8);
        sha1 = DigestUtils.sha1Hex(bytes);
    }

    String text() {
        return text;
    }

    String sha1() {
        return sha1;
    }

    private static byte[] read(String resource) {
        try (InputStream in = ValkeyScript.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("resource " + resource + " is missing from the jar");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
