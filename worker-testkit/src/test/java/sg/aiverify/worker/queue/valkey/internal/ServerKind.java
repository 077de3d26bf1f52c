package sg.aiverify.worker.queue.valkey.internal;

import sg.aiverify.worker.testkit.valkey.EmbeddedValkey;

/** The servers that the tests run on. */
enum ServerKind {
    /** The one that is installed, if there is one. */
    INSTALLED,
    /** Redis 6.2, the oldest that is supported. */
    BUNDLED;

    EmbeddedValkey.Builder builder() {
        return this == BUNDLED ? EmbeddedValkey.builder().bundled() : EmbeddedValkey.builder();
    }
}
