package sg.aiverify.worker.json.internal;

import com.google.gson.JsonElement;
import java.util.HexFormat;

/** JSON for programs that read it as bytes: half a character, which JSON allows in a text, has no bytes in UTF-8. */
public final class AsciiJson {
    private static final HexFormat HEX = HexFormat.of();

    private AsciiJson() {}

    /**
     * Writes a value.
     *
     * @param value any JSON
     * @return the same with escapes for all that is not ASCII
     */
    public static String of(JsonElement value) {
        String json = value.toString();
        StringBuilder ascii = new StringBuilder(json.length());
        for (int i = 0; i < json.length(); i++) {
            char letter = json.charAt(i);
            if (letter < 0x80) {
                ascii.append(letter);
            } else {
                ascii.append("\\u").append(HEX.toHexDigits(letter)); // only in texts and names is there another
            }
        }
        return ascii.toString();
    }
}
