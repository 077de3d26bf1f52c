package sg.aiverify.worker.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Comments, messages and pages use the field's words, and pages have short sentences and cells: see plain_english.py. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class PlainEnglishTest {
    @Test
    void textsStayWithinTheLimits() throws Exception {
        String output = PythonScript.run("plain_english.py");

        assertThat(output).containsPattern("\\d{3} files checked");
        output.lines().filter(line -> line.contains("lower the limit")).forEach(System.out::println);
    }

    @Test
    void theCheckPassesItsOwnTests() throws Exception {
        String output = PythonScript.run("plain_english_test.py");

        assertThat(output).containsPattern("Ran \\d\\d tests");
    }
}
