package sg.aiverify.worker.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.TaskFailedException;

class FileNamesTest {
    private static final Path DIRECTORY = Path.of("data");
    /** No locale knows it. */
    private static final String WRONG = "a\0b";

    @Test
    void onlyAnEncodingThatDoesNotKnowAllLettersIsALimit() {
        assertThat(FileNames.limit("UTF-8")).isEmpty();
        assertThat(FileNames.limit("ANSI_X3.4-1968"))
                .hasValue(
                        "the locale gives Java the encoding ANSI_X3.4-1968 for the names of files; for names with other"
                                + " letters, start it with LC_ALL=C.UTF-8");
    }

    @Test
    void aNameThatAnotherLocaleKnowsIsLeftToAnotherWorker() {
        assertThatThrownBy(() -> FileNames.resolve(DIRECTORY, WRONG, "The model 'm'", FileNames.limit("US-ASCII")))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith("The model 'm' cannot be stored under its name: the locale gives Java")
                .hasMessageEndingWith("LC_ALL=C.UTF-8");
    }

    @Test
    void aNameThatNoLocaleKnowsFailsTheTask() {
        assertThatThrownBy(() -> FileNames.resolve(DIRECTORY, WRONG, "The model 'm'", Optional.empty()))
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
}
