package sg.aiverify.worker.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The links of the documentation: the start page leads to every page, and no link is broken. */
class StartPageTest {
    private static final Path README = Path.of("..", "README.md");
    private static final Path DOCS = Path.of("..", "docs");
    private static final Path START = DOCS.resolve("README.md");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]*)(?:#([^)\\s]+))?\\)");
    private static final Pattern BLOCK = Pattern.compile("^```.*?^```$", Pattern.DOTALL | Pattern.MULTILINE);

    @Test
    void theStartPageLeadsToEveryPageAndSaysWhatItAnswers() throws IOException {
        String start = Files.readString(START);

        assertThat(pages().filter(page -> !page.equals(START)))
                .hasSizeGreaterThan(10)
                .allSatisfy(page -> assertThat(start)
                        .containsPattern("(?m)^- \\[[^]]+]\\("
                                + Pattern.quote(page.getFileName().toString()) + "\\): \\S.*[.?]$"));
    }

    @Test
    void theReadmeLeadsToTheStartPageAndShowsTheDemo() throws IOException {
        assertThat(Files.readString(README)).contains("](docs/README.md)").contains("](docs/demo.svg)");
    }

    @Test
    void theReadmeIsShort() throws IOException {
        assertThat(Files.readString(README).split("\\s+")).hasSizeLessThan(1100);
    }

    @Test
    void everyLinkLeadsToAFileAndAHeadingOfIt() throws IOException {
        for (Path page : Stream.concat(pages(), Stream.of(README)).toList()) {
            List<MatchResult> links = LINK.matcher(
                            BLOCK.matcher(Files.readString(page)).replaceAll(""))
                    .results()
                    .filter(link -> !link.group(1).contains("://"))
                    .toList();
            assertThat(links).allSatisfy(link -> {
                Path target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
                assertThat(target).as("%s in %s", link.group(), page).exists();
                if (link.group(2) != null) {
                    assertThat(anchors(target))
                            .as("%s in %s", link.group(), page)
                            .contains(link.group(2));
                }
            });
        }
    }

    private static Stream<Path> pages() throws IOException {
        try (Stream<Path> files = Files.list(DOCS)) {
            return files.filter(file -> file.toString().endsWith(".md")).sorted().toList().stream();
        }
    }

    /** Returns the anchors that a code host gives to the headings of a page. */
    private static List<String> anchors(Path page) throws IOException {
        return BLOCK.matcher(Files.readString(page))
                .replaceAll("")
                .lines()
                .filter(line -> line.matches("#{1,6} .*"))
                .map(line -> line.replaceFirst("#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w\\- ]", "")
                        .replace(' ', '-'))
                .toList();
    }
}
