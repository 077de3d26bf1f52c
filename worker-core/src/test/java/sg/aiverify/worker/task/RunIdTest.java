package sg.aiverify.worker.task;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunIdTest {
    private static final String ID = "0b9c1f1e-6f0c-4d4c-9a55-3d0d5b0e7a11";
    private static final String OTHER = "11111111-2222-3333-4444-555555555555";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"id\": \"ID\", \"mode\": 5}",
                "{\"id\": \"ID\", \"mode\": \"upl",
                "{\"id\": \"ID",
                "{\"mode\": \"api\", \"algorithmArgs\": {\"id\": \"OTHER\"}, \"id\": \"ID\"}",
                "{\"mode\": \"api\", \"id\": \"ID\", \"algorithmArgs\": {\"id\": \"OTHER\"",
                "{\"algorithmArgs\": {\"x\": NaN}, \"id\": \"ID\"}",
                "{\"id\": \"0B9C1F1E6F0C4D4C9A553D0D5B0E7A11\"",
                "{'id': 'ID'}",
                "{id: 'ID'}",
                "{\"id\": \"ID\", \"id\": \"ID\"}",
                "{\"id\": \"ID\"} trailing",
            })
    void isFoundInATaskThatIsBrokenElsewhere(String json) {
        assertThat(TaskParser.findId(json.replace("ID", ID).replace("OTHER", OTHER)))
                .contains(ID);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[\"ID\"]",
                "{\"id\": 5}",
                "{\"id\": \"x\"}",
                "{\"id\": \"IDff\"}",
                "{\"id\": \"0b9c1f1e-6f0c-4d4c-9a55-3d0d5b0e7a",
                "{\"mode\": \"upload\", \"algorithmArgs\": {\"id\": \"ID\"}}",
                "{\"id\": \"ID\", \"id\": \"OTHER\"}",
                "{'id': 'ID', 'algorithmArgs': {'id': 'OTHER'}}",
                "{\"uuid\": \"ID",
            })
    void isNotGuessed(String json) {
        String text = json.replace("\"ID", "\"" + ID).replace("'ID", "'" + ID).replace("OTHER", OTHER);

        assertThat(TaskParser.findId(text)).isEmpty();
    }

    @Test
    void isFoundInATaskWithoutBound() {
        String json = "{\"id\": \"" + ID + "\", \"algorithmArgs\": " + "[".repeat(2_000_000);

        assertThat(TaskParser.findId(json)).contains(ID);
    }
}
