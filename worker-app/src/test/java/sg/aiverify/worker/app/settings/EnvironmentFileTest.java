package sg.aiverify.worker.app.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The behaviour is that of python-dotenv, unless a test states otherwise. */
class EnvironmentFileTest {
    @TempDir
    Path directory;

    @Test
    void withoutAFileThereIsNothing() {
        EnvironmentFile none = EnvironmentFile.read(directory);

        assertThat(none.values()).isEmpty();
        assertThat(none.problems()).isEmpty();
    }

    @Test
    void assignmentsMayBeExportedAndSpaced() throws IOException {
        assertThat(values("A=1\nexport B=2\n  export\tC = 3 \n'D'=4\nA-b.c=5\nexport=6\nE=a=b\nF=\n"))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "A", "1", "B", "2", "C", "3", "D", "4", "A-b.c", "5", "export", "6", "E", "a=b", "F", ""));
    }

    @Test
    void aByteOrderMarkAndAnyLineEndAreTaken() throws IOException {
        assertThat(values("\uFEFFA=1\r\n\r\n# comment\r\nB=\"2\"\r\nC=3\rD=4"))
                .containsExactlyInAnyOrderEntriesOf(Map.of("A", "1", "B", "2", "C", "3", "D", "4"));
    }

    @Test
    void aCommentStartsALineOrFollowsASpace() throws IOException {
        assertThat(values("# A=0\n  # B=0\nA=1 # one\nB=a#b\nC='a # b' # c\nD=\"a # b\"# d\nE=#e\n"))
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("A", "1", "B", "a#b", "C", "a # b", "D", "a # b", "E", "#e"));
    }

    @Test
    void aCommentInPlaceOfAValueIsNoneUnlikeInPython() throws IOException {
        assertThat(values("A= # to be set")).containsExactly(Map.entry("A", ""));
    }

    @Test
    void quotesKeepSpacesAndLineEndsAndHaveEscapes() throws IOException {
        assertThat(
                        values(
                                "A=' x '\nB=\"a\\tb\\n\\\"c\\\"\"\nC='it\\'s a\\tb'\nD=\"1\n2\"\nE=it's\nF='C:\\dir\\'\nG=\"\"\n"))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "A",
                        " x ",
                        "B",
                        "a\tb\n\"c\"",
                        "C",
                        "it's a\\tb",
                        "D",
                        "1\n2",
                        "E",
                        "it's",
                        "F",
                        "C:\\dir\\",
                        "G",
                        ""));
    }

    @Test
    void aNameAloneHasNoValue() throws IOException {
        assertThat(values("A\nexport B # later\n")).containsExactlyInAnyOrderEntriesOf(Map.of("A", "", "B", ""));
    }

    @Test
    void theLastOfTwoAssignmentsHolds() throws IOException {
        assertThat(values("A=1\nA=2")).containsExactly(Map.entry("A", "2"));
    }

    @Test
    void nothingWithinAValueIsReplacedUnlikeInPython() throws IOException {
        assertThat(values("A=pa${HOME}ss$HOME")).containsExactly(Map.entry("A", "pa${HOME}ss$HOME"));
    }

    @Test
    void linesThatCannotBeReadAreNamedByNumberAndTheRestIsRead() throws IOException {
        EnvironmentFile file = read("A=1\n\nB secret\r\nC='open\n=secret\nD=\"a\"b\nE=5\nF: 6");

        assertThat(file.values()).containsExactlyInAnyOrderEntriesOf(Map.of("A", "1", "E", "5"));
        assertThat(file.problems())
                .hasSize(5)
                .allMatch(problem -> problem.startsWith(directory.resolve(".env") + ", line "))
                .allMatch(problem -> problem.contains("cannot be read; allowed: NAME=value"))
                .noneMatch(problem -> problem.contains("secret"));
        assertThat(file.problems())
                .extracting(problem -> problem.replaceAll(".*line (\\d+) .*", "$1"))
                .containsExactly("3", "4", "5", "6", "8");
    }

    @Test
    void aLongQuotedValueIsRead() throws IOException {
        String text = "x".repeat(100_000) + "\\\"".repeat(500);

        assertThat(values("A=\"" + text + "\"").get("A")).hasSize(100_500);
    }

    @Test
    void aDirectoryOfThatNameAndAnotherEncodingHaveTheirOwnSentences() throws IOException {
        Path file = Files.createDirectory(directory.resolve(".env"));
        assertThat(EnvironmentFile.read(directory).problems())
                .containsExactly(
                        file + " is a directory; allowed: a file with lines of the form NAME=value, or no file");

        Files.delete(file);
        Files.write(file, "A=\u00e9".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(EnvironmentFile.read(directory).problems()).containsExactly(file + " is not encoded in UTF-8");
    }

    private Map<String, String> values(String text) throws IOException {
        EnvironmentFile file = read(text);
        assertThat(file.problems()).isEmpty();
        return file.values();
    }

    private EnvironmentFile read(String text) throws IOException {
        Files.writeString(directory.resolve(".env"), text);
        return EnvironmentFile.read(directory);
    }
}
