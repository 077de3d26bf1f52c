package sg.aiverify.worker.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/troubleshooting.md has every error text of the code, with its cause and its solution. */
class TroubleshootingPageTest {
    private static final Path PAGE = Path.of("..", "docs", "troubleshooting.md");
    private static final Pattern TEXTS = Pattern.compile("^```text\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    @TempDir
    Path directory;

    @Test
    void everyErrorTextIsOnThePage() throws Exception {
        Map<String, String> texts = ErrorTexts.ofTheModules();
        assertThat(texts).hasSizeGreaterThan(450);

        texts.keySet().removeAll(textsOfThePage());

        assertThat(texts).as("error texts that docs/troubleshooting.md lacks").isEmpty();
    }

    @Test
    void thePageHasNoTextThatTheCodeLacks() throws Exception {
        assertThat(textsOfThePage())
                .doesNotHaveDuplicates()
                .isSubsetOf(ErrorTexts.ofTheModules().keySet());
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

    private static List<String> textsOfThePage() throws Exception {
        Matcher blocks = TEXTS.matcher(Files.readString(PAGE));
        return blocks.results()
                .flatMap(block -> block.group(1).lines())
                .map(ErrorTexts::normalized)
                .toList();
    }
}
