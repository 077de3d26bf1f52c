package sg.aiverify.worker.python;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunVariablesTest {
    private static Map<String, String> forRun(Map<String, String> worker, int cores, int slots) {
        return new RunVariables(worker, cores, slots).forRun(Path.of("/env/bin/python"), null, Path.of("/run/home"));
    }

    @Test
    void passesOnlyWhatIsOnTheList() {
        Map<String, String> worker = Map.of(
                "PATH",
                "/bin",
                "LC_ALL",
                "C",
                "AWS_SECRET_ACCESS_KEY",
                "s",
                "HTTPS_PROXY",
                "p",
                "PYTHONPATH",
                "/x",
                "PIP_INDEX_URL",
                "https://user:secret@index",
                "HOME",
                "/root");
        assertThat(forRun(worker, 1, 1))
                .containsEntry("PATH", "/env/bin:/bin")
                .containsEntry("LC_ALL", "C")
                .containsEntry("HOME", "/run/home")
                .containsEntry("PYTHONNOUSERSITE", "1")
                .containsEntry("PYTHONUTF8", "1")
                .doesNotContainKeys("AWS_SECRET_ACCESS_KEY", "HTTPS_PROXY", "PYTHONPATH", "PIP_INDEX_URL");
    }

    @Test
    void givesTheUserANameWhichTheMachineMayNotHave() {
        // getpass.getuser() of Python uses these variables, in this order, before the list of users.
        assertThat(forRun(Map.of("LOGNAME", "root", "USER", "root"), 1, 1))
                .containsEntry("LOGNAME", "algorithm")
                .containsEntry("USER", "algorithm")
                .containsEntry("HOME", "/run/home");
    }

    @Test
    void dividesTheCoresAmongTheSlots() {
        assertThat(forRun(Map.of(), 8, 3)).containsEntry("OMP_NUM_THREADS", "2").containsEntry("MKL_NUM_THREADS", "2");
        assertThat(forRun(Map.of(), 2, 8)).containsEntry("OPENBLAS_NUM_THREADS", "1");
    }

    @Test
    void leavesTheThreadsToTheOperatorWhereTheyAreSet() {
        assertThat(forRun(Map.of("OMP_NUM_THREADS", "7"), 8, 8))
                .containsEntry("OMP_NUM_THREADS", "7")
                .containsEntry("MKL_NUM_THREADS", "1");
    }

    @Test
    void letsTheUsersOwnPackagesBeFoundWhereTheInterpreterUsesThem() {
        assertThat(new RunVariables(Map.of(), 1, 1)
                        .forRun(Path.of("/usr/bin/python3"), Path.of("/home/u/.local"), Path.of("/run/home")))
                .containsEntry("PYTHONUSERBASE", "/home/u/.local")
                .doesNotContainKey("PYTHONNOUSERSITE");
    }
}
