package sg.aiverify.worker.json.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class AsciiJsonTest {
    @Test
    void everyLetterIsKeptHalvesIncluded() {
        String odd = "{\"gr\u00f6\u00dfe\":[\"\\\"\u6f22\",\"\ud83d\ude00\",\"\ud800x\",1.50]}";

        String ascii = AsciiJson.of(JsonParser.parseString(odd));

        assertThat(new String(ascii.getBytes(StandardCharsets.UTF_8), StandardCharsets.US_ASCII))
                .isEqualTo(ascii);
        assertThat(ascii).contains("\\u00f6", "\\ud83d\\ude00", "\\ud800x", "1.50");
        assertThat(JsonParser.parseString(ascii)).isEqualTo(JsonParser.parseString(odd));
    }
}
