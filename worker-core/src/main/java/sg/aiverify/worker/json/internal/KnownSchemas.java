package sg.aiverify.worker.json.internal;

import com.google.gson.JsonElement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.atomic.LongAdder;
import org.apache.commons.codec.digest.DigestUtils;
import org.jspecify.annotations.Nullable;

/**
 * A cache of JSON Schemas by the content of their files, since parsing and checking one takes milliseconds. A returned
 * schema waits for the next caller that needs the same content. The least recently used schema is removed when there
 * are too many, or when they are too large. Invalid schemas are not kept. Thread-safe.
 */
public final class KnownSchemas {
    /** The maximum size of a schema's file, in bytes. */
    public static final long MAX_SCHEMA_BYTES = 4 * 1024 * 1024;

    private static final int MAX_KEPT = 128;
    private static final long MAX_KEPT_BYTES = 32 * 1024 * 1024;
    /** The maximum number of bytes that a tree takes for each byte of its text. */
    private static final long TREE_BYTES = 65;

    private final int maxKept;
    private final long maxKeptBytes;
    private final Deque<Kept> waiting = new ArrayDeque<>();
    private final LongAdder prepared = new LongAdder();
    private long waitingBytes;

    /** Creates an empty cache. */
    public KnownSchemas() {
        this(MAX_KEPT, MAX_KEPT_BYTES);
    }

    KnownSchemas(int maxKept, long maxKeptBytes) {
        this.maxKept = maxKept;
        this.maxKeptBytes = maxKeptBytes;
    }

    private record Kept(byte[] hash, JsonElement schema, JsonSchemaValidator validator, long bytes) {}

    /**
     * Lends a schema; parses and prepares it if the cache does not contain it.
     *
     * @param file the file with the schema, in UTF-8
     * @param checkpoint called from time to time while the schema is prepared and while values are checked; an
     *     exception that it throws ends the work and is passed on
     * @return the schema, for one thread; close it after the last check
     * @throws InvalidJsonException if it is not JSON, or too large
     * @throws InvalidSchemaException if it is not a JSON Schema, or takes too much time or memory
     * @throws IOException if it cannot be read
     */
    public Lent lend(Path file, Runnable checkpoint) throws InvalidJsonException, InvalidSchemaException, IOException {
        byte[] text = StrictJson.bytes(file, MAX_SCHEMA_BYTES);
        byte[] hash = DigestUtils.sha256(text);
        Kept known = take(hash);
        if (known != null) {
            known.validator.restart(checkpoint);
            return new Lent(this, hash, known.schema, known.validator, text.length);
        }
        prepared.increment();
        JsonElement schema = StrictJson.parse(text);
        return new Lent(this, hash, schema, JsonSchemaValidator.of(schema, checkpoint), text.length);
    }

    /**
     * Returns how often a schema was parsed because the cache did not contain it.
     *
     * @return the number of parsed schemas
     */
    public long prepared() {
        return prepared.sum();
    }

    /** Returns the approximate size of the waiting schemas, in bytes. */
    synchronized long waitingBytes() {
        return waitingBytes;
    }

    private synchronized @Nullable Kept take(byte[] hash) {
        for (Iterator<Kept> all = waiting.iterator(); all.hasNext(); ) {
            Kept kept = all.next();
            if (Arrays.equals(kept.hash, hash)) {
                all.remove();
                waitingBytes -= kept.bytes;
                return kept;
            }
        }
        return null;
    }

    private synchronized void keep(Kept kept) {
        if (kept.bytes > maxKeptBytes) {
            return;
        }
        waiting.addFirst(kept);
        waitingBytes += kept.bytes;
        while (waiting.size() > maxKept || waitingBytes > maxKeptBytes) {
            waitingBytes -= waiting.removeLast().bytes;
        }
    }

    /** A schema that one thread uses for a while. Not thread-safe. */
    public static final class Lent implements AutoCloseable {
        private final KnownSchemas owner;
        private final byte[] hash;
        private final JsonElement schema;
        private final JsonSchemaValidator validator;
        private final int length;
        private boolean returned;

        Lent(KnownSchemas owner, byte[] hash, JsonElement schema, JsonSchemaValidator validator, int length) {
            this.owner = owner;
            this.hash = hash;
            this.schema = schema;
            this.validator = validator;
            this.length = length;
        }

        /**
         * Returns the schema's tree.
         *
         * @return the tree, which must not be changed
         */
        public JsonElement schema() {
            return schema;
        }

        /**
         * Returns the validator of this schema.
         *
         * @return the validator, which must not be used after {@link #close}
         */
        public JsonSchemaValidator validator() {
            return validator;
        }

        /** Returns the schema to the cache. Further calls do nothing. */
        @Override
        public void close() {
            if (returned) {
                return; // another thread may use the schema now
            }
            returned = true;
            if (validator.forgetValues()) {
                owner.keep(new Kept(hash, schema, validator, TREE_BYTES * length + validator.bytes()));
            }
        }
    }
}
