package sg.aiverify.worker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.TaskFailedException;

/** Tests names and paths in the locale of the test run. */
class FileNamesTest {
    private static final Path DIRECTORY = Path.of("data");
    /** A text that cannot be a path. */
    private static final String WRONG = "a\0b";

    @Test
    void onlyAnEncodingThatDoesNotKnowAllLettersIsALimit() {
        assertThat(FileNames.limit("UTF-8")).isEmpty();
        assertThat(FileNames.limit("ANSI_X3.4-1968"))
                .hasValue("Java passes texts to programs in the encoding of the locale, ANSI_X3.4-1968; to use other"
                        + " characters, start Java with LC_ALL=C.UTF-8");
    }

    @ParameterizedTest
    @CsvSource({
        "größe/漢字😀.txt, /gr%C3%B6%C3%9Fe/%E6%BC%A2%E5%AD%97%F0%9F%98%80.txt",
        "/a//é/, /a/%C3%A9",
        "../é/./%41, /../%C3%A9/./%2541",
        "é, /%C3%A9"
    })
    void pathAndNameAreTheSameBytesWhateverTheLocale(String name, String bytes) {
        Path path = FileNames.ofBytes(name);

        assertThat(Path.of("/").resolve(path).toUri().getRawPath()).isEqualTo(bytes);
        assertThat(path.isAbsolute()).isEqualTo(name.startsWith("/"));
        String plain = name.replaceAll("/+", "/").replaceFirst("/$", "");
        assertThat(FileNames.ofBytes(path)).hasValue(plain);
        assertThat(FileNames.of(name)).isEqualTo(path);
        assertThat(FileNames.text(path)).isEqualTo(plain);
        assertThat(FileNames.key(path)).isEqualTo(plain);
    }

    @Test
    void aDirectoryThatIsThereHasNoSlashAtItsEnd() {
        assertThat(FileNames.ofBytes(Path.of("/tmp"))).hasValue("/tmp");
        assertThat(FileNames.ofBytes(Path.of("/"))).hasValue("/");
    }

    @Test
    void aNameThatIsNotUtf8IsRefusedButIsNoOther() {
        Path odd = Path.of(URI.create("file:///data/a%FF.csv"));
        Path other = Path.of(URI.create("file:///data/a%FE.csv"));

        assertThatThrownBy(() -> FileNames.text(odd))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("has a name that is not UTF-8; rename it");
        assertThat(FileNames.key(odd)).isNotEqualTo(FileNames.key(other));
        assertThat(FileNames.shown(odd)).startsWith("/data/a").endsWith(".csv");
    }

    @Test
    void whatCanBeNoNameIsRefused() {
        assertThatThrownBy(() -> FileNames.ofBytes(WRONG)).isInstanceOf(InvalidPathException.class);
        assertThatThrownBy(() -> FileNames.ofBytes("half \ud83d")).isInstanceOf(InvalidPathException.class);
        assertThatThrownBy(() -> FileNames.resolve(DIRECTORY, WRONG, "The model 'm'"))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageStartingWith("The model 'm' cannot be stored under its name: ");
    }

    @Test
    void aPathThatTheOperatorGaveIsRefusedByItsName() {
        assertThat(FileNames.path("The home directory", "/home/me")).isEqualTo(Path.of("/home/me"));
        assertThatThrownBy(() -> FileNames.path("The home directory", WRONG))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("The home directory '" + WRONG + "' cannot be used as a path: ");
    }

    @Test
    void theErrorForAUserWithoutAHomeListsWhatToSet() {
        assertThatThrownBy(() -> FileNames.home("?"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("has no home directory")
                .hasMessageContaining("TEWORKER_DATA_DIR");
    }

    @Test
    void onlyAsciiReachesAProgramWhereTheEncodingIsNotUtf8() {
        assertThat(FileNames.isPassable("/usr/bin", true)).isTrue();
        assertThat(FileNames.isPassable("é", true)).isFalse();
        assertThat(FileNames.isPassable("é", false)).isTrue();
        assertThat(FileNames.optionLimit("UTF-8")).isEmpty();
        assertThat(FileNames.optionLimit("ISO-8859-1").orElseThrow()).contains("start Java without this option");
    }
}
