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
 * The JSON Schemas in files, parsed and checked once for each content, which takes milliseconds. What was lent and is
 * back waits for the next one who needs the same content; the least recently used goes when there are too many, or
 * when they are too large. What cannot be used is not kept. Thread-safe.
 */
public final class KnownSchemas {
    /** How large the file of a schema may be. */
    public static final long MAX_SCHEMA_BYTES = 4 * 1024 * 1024;

    private static final int MAX_KEPT = 128;
    private static final long MAX_KEPT_BYTES = 32 * 1024 * 1024;
    /** How many bytes a tree takes for each byte of its text, at most. */
    private static final long TREE_BYTES = 65;

    private final int maxKept;
    private final long maxKeptBytes;
    private final Deque<Kept> waiting = new ArrayDeque<>();
    private final LongAdder prepared = new LongAdder();
    private long waitingBytes;

    /** Creates the place where schemas are kept; nothing is in it. */
    public KnownSchemas() {
        this(MAX_KEPT, MAX_KEPT_BYTES);
    }

    KnownSchemas(int maxKept, long maxKeptBytes) {
        this.maxKept = maxKept;
        this.maxKeptBytes = maxKeptBytes;
    }

    private record Kept(byte[] hash, JsonElement schema, JsonSchemaValidator validator, long bytes) {}

    /**
     * Lends a schema.
     *
     * @param file holds it, in UTF-8
     * @param checkpoint called every now and then while the schema is prepared, and while values are checked; ends
     *     that by an exception, which is passed on
     * @return the schema, for one thread; close it when no more values are to be checked
     * @throws InvalidJsonException if it is no JSON, or too large
     * @throws InvalidSchemaException if it is no JSON Schema, or takes for ever or too much memory
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
     * Counts the schemas that were not known when they were needed.
     *
     * @return how many were parsed
     */
    public long prepared() {
        return prepared.sum();
    }

    /** Returns how many bytes wait, about. */
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
         * Returns the schema itself.
         *
         * @return its tree, which must not be changed
         */
        public JsonElement schema() {
            return schema;
        }

        /**
         * Returns what checks values.
         *
         * @return the validator, until this is closed
         */
        public JsonSchemaValidator validator() {
            return validator;
        }

        /** Gives the schema back. Further calls do nothing. */
        @Override
        public void close() {
            if (returned) {
                return; // another may have it now
            }
            returned = true;
            if (validator.forgetValues()) {
                owner.keep(new Kept(hash, schema, validator, TREE_BYTES * length + validator.bytes()));
            }
        }
    }
}
