package sg.aiverify.worker.queue.valkey.internal;

import sg.aiverify.worker.testkit.valkey.EmbeddedValkey;

/** The servers on which the tests run. */
enum ServerKind {
    /** The installed server, if there is one. */
    INSTALLED,
    /** Redis 6.2, the oldest supported server. */
    BUNDLED;

    EmbeddedValkey.Builder builder() {
        return this == BUNDLED ? EmbeddedValkey.builder().bundled() : EmbeddedValkey.builder();
    }
}
