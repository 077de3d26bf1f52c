package sg.aiverify.worker.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/troubleshooting.md has every error text of the code, with its cause and its remedy. */
class TroubleshootingPageTest {
    private static final Path PAGE = Path.of("..", "docs", "troubleshooting.md");

    /** Each text of the code with a file that has it; reading them takes seconds. */
    private static Map<String, String> texts;

    @TempDir
    Path directory;

    @BeforeAll
    static void read() throws Exception {
        texts = ErrorTexts.ofTheModules();
    }

    @Test
    void everyErrorTextIsOnThePage() {
        assertThat(texts).hasSizeGreaterThan(450);
        Map<String, String> missing = new TreeMap<>(texts);

        missing.keySet().removeAll(textsOfThePage());

        assertThat(missing).as("error texts that docs/troubleshooting.md lacks").isEmpty();
    }

    @Test
    void thePageHasNoTextThatTheCodeLacks() {
        assertThat(textsOfThePage()).doesNotHaveDuplicates().isSubsetOf(texts.keySet());
    }

    @Test
    void everyEntryNamesTextsThenTheCauseThenTheRemedy() throws Exception {
        List<String> entries =
                Stream.of(Files.readString(PAGE).split("(?m)^### ")).skip(1).toList();

        assertThat(entries)
                .hasSizeGreaterThan(80)
                .allSatisfy(entry -> assertThat(entry)
                        .containsPattern(
                                "(?s)^[^\n]+\n\n```text\n.+?```\n\n\\*\\*Cause\\.\\*\\* .+\n\n\\*\\*Remedy\\.\\*\\* "));
    }

    @Test
    void textsOfASourceAreFound() throws Exception {
        Path source = Files.writeString(directory.resolve("Sample.java"), """
                class Sample {
                    static final String HINT = "; set " + NAME + " to a number";

                    void check(int count) {
                        String what = count == 1 ? "One file" : count + " files";
                        LOG.warn("Could not read {} of {}", count, what);
                        LOG.info("Not an error text");
                        problems.add(what + " cannot be read: %s".formatted(count) + HINT);
                        throw failed("the file cannot be parsed");
                    }

                    private SampleException failed(String reason) {
                        return new SampleException("The result is invalid: " + reason);
                    }
                }
                """);

        assertThat(ErrorTexts.of(List.of(source)))
                .containsOnlyKeys(
                        "Could not read … of …",
                        "One file cannot be read: …; set … to a number",
                        "… files cannot be read: …; set … to a number",
                        "the file cannot be parsed",
                        "The result is invalid: …")
                .containsValue("Sample.java");
    }

    private static List<String> textsOfThePage() {
        return Sample.all().stream()
                .filter(block -> block.page().equals(PAGE) && block.language().equals("text"))
                .flatMap(block -> block.text().lines())
                .map(ErrorTexts::normalized)
                .toList();
    }
}
