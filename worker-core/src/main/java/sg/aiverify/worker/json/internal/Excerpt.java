package sg.aiverify.worker.json.internal;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonIOException;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Shows a value in a message: a short value in full, a long value as a description. A value is never cut, since half of
 * a secret could not be masked.
 */
public final class Excerpt {
    private static final int SHOWN = 100;
    private static final Gson GSON = new GsonBuilder()
            .serializeNulls()
            .disableHtmlEscaping()
            .serializeSpecialFloatingPointValues()
            .create();

    private Excerpt() {}

    /**
     * Returns a text, or a description if it is long.
     *
     * @param text the text
     * @return the text, or its length if it has more than 100 characters
     */
    public static String of(String text) {
        return text.length() <= SHOWN ? text : "(of %d characters)".formatted(text.length());
    }

    static String of(@Nullable JsonElement value) {
        if (value == null) {
            return "the value";
        }
        if (value instanceof JsonPrimitive primitive && primitive.isString()) {
            String text = primitive.getAsString();
            return text.length() <= SHOWN ? "'" + text + "'" : "a string of %d characters".formatted(text.length());
        }
        Short target = new Short();
        try {
            GSON.toJson(value, target);
            return target.text.toString();
        } catch (JsonIOException e) {
            return value.isJsonArray()
                    ? "an array of %d items".formatted(value.getAsJsonArray().size())
                    : value.isJsonObject()
                            ? "an object of %d properties"
                                    .formatted(value.getAsJsonObject().size())
                            : "a number of more than %d digits".formatted(SHOWN);
        }
    }

    /** Accepts text up to the length that is shown. */
    private static final class Short implements Appendable {
        private final StringBuilder text = new StringBuilder();

        @Override
        public Appendable append(CharSequence more) throws IOException {
            return append(more, 0, more.length());
        }

        @Override
        public Appendable append(CharSequence more, int start, int end) throws IOException {
            if (text.length() + end - start > SHOWN) {
                throw new IOException("too long to be shown");
            }
            text.append(more, start, end);
            return this;
        }

        @Override
        public Appendable append(char more) throws IOException {
            return append(String.valueOf(more), 0, 1);
        }
    }
}
