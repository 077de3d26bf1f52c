package sg.aiverify.worker.app.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyFiguresTest {
    private static KeyFigures of(String output) throws IOException {
        return KeyFigures.of(new JsonReader(new StringReader(output)));
    }

    private static List<String> shown(KeyFigures figures) {
        return figures.shown().stream()
                .map(figure -> figure.name() + "=" + figure.value())
                .toList();
    }

    @Test
    void theNumbersAtTheTopComeFirst() throws IOException {
        KeyFigures figures = of("""
                {"metrics": {"f1": 0.97763653, "name": "x"}, "rows": 190, "ok": true, "curve": [1, 2, 3],
                 "groups": [{"rate": 0.5}, {"rate": 1e-7}], "accuracy": 0.9789473684}""");

        assertThat(shown(figures))
                .containsExactly(
                        "rows=190",
                        "accuracy=≈0.9789",
                        "metrics.f1=0.97763653",
                        "groups[0].rate=0.5",
                        "groups[1].rate=1E-7");
        assertThat(figures.more()).isZero();
    }

    @Test
    void ofManyAFewAreShownAndTheRestIsCounted() throws IOException {
        StringBuilder output = new StringBuilder("{\"deep\": {\"a\": 1}");
        for (int i = 0; i < 20; i++) {
            output.append(", \"n").append(i).append("\": ").append(i);
        }
        KeyFigures figures = of(output + "}");

        assertThat(figures.shown()).hasSize(8);
        assertThat(shown(figures)).startsWith("n0=0", "n1=1");
        assertThat(figures.more()).isEqualTo(13);
    }

    @Test
    void numbersAreWrittenForPeople() {
        assertThat(List.of(
                        "0.0",
                        "123456",
                        "-0.00012349",
                        "2.50",
                        "1e300",
                        "1e-300",
                        "1e9999",
                        "-7",
                        "1e+2",
                        "-12345.678"))
                .extracting(KeyFigures::rounded)
                .containsExactly(
                        "0", "123456", "-0.00012349", "2.5", "1E+300", "1E-300", "1E+9999", "-7", "100", "-12345.678");
    }

    @Test
    void whatIsNotExactIsMarkedAndKeepsAllDigitsBeforeThePoint() {
        assertThat(List.of("1234567.89", "99.99999", "12345678901234567890", "123456789012.0"))
                .extracting(KeyFigures::rounded)
                .containsExactly("1234567.89", "99.99999", "12345678901234567890", "123456789012");
        assertThat(List.of(
                        "123456789.123", "99.9999999999", "-12345.6789012", "0.30000000000000004", "1.2345678901e-9"))
                .extracting(KeyFigures::rounded)
                .containsExactly("≈123456789", "≈100.0", "≈-12346", "≈0.3000", "≈1.235E-9");
        assertThat(KeyFigures.rounded("1e99999999999")).isEqualTo("1e99999999999");
    }
}
