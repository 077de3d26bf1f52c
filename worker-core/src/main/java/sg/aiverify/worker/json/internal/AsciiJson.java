package sg.aiverify.worker.json.internal;

import com.google.gson.JsonElement;
import java.util.HexFormat;

/**
 * Writes JSON in ASCII, for programs that read it as bytes. A string in JSON can contain a lone surrogate, which UTF-8
 * cannot encode.
 */
public final class AsciiJson {
    private static final HexFormat HEX = HexFormat.of();

    private AsciiJson() {}

    /**
     * Writes a value as JSON.
     *
     * @param value any JSON value
     * @return the JSON text, with an escape for each character outside ASCII
     */
    public static String of(JsonElement value) {
        String json = value.toString();
        StringBuilder ascii = new StringBuilder(json.length());
        for (int i = 0; i < json.length(); i++) {
            char letter = json.charAt(i);
            if (letter < 0x80) {
                ascii.append(letter);
            } else {
                ascii.append("\\u").append(HEX.toHexDigits(letter)); // such characters occur only in strings and names
            }
        }
        return ascii.toString();
    }
}
