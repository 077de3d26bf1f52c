package sg.aiverify.worker.python;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultDumpTest {
    private static final String DUMP = """
            it has begun
            Fatal Python error: Segmentation fault

            Current thread 0x00007f12 (most recent call first):
              File "/usr/lib/python3.11/ctypes/__init__.py", line 519 in string_at
              File "/venv/lib/python3.11/site-packages/numpy/core/numeric.py", line 7 in zeros
              File "/data/runs/run-1/python/algorithm/tiny/algo.py", line 40 in generate
              File "<frozen importlib._bootstrap>", line 241 in _call_with_frames_removed
              File "/data/python/abc/runner.py", line 150 in compute
              File "/data/python/abc/runner.py", line 470 in <module>

            Extension modules: numpy.core._multiarray_umath, pandas._libs.tslibs.np_datetime (total: 176)
            """;
    private static final String SHORT = """
            it has begun
            Fatal Python error: Segmentation fault

            Current thread 0x00007f12 (most recent call first):
              File "ctypes/__init__.py", line 519 in string_at
              File "numpy/core/numeric.py", line 7 in zeros
              File "tiny/algo.py", line 40 in generate

            """;

    private final List<String> lines = new ArrayList<>();
    private final OutputTail output =
            new OutputTail(lines::add, Path.of("/data/runs/run-1/python/algorithm"), Path.of("/data/python/abc"));

    private void write(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        output.add(bytes, bytes.length);
    }

    @Test
    void ofACrashIsLeftWhatItsAuthorCanUse() {
        write(DUMP);

        assertThat(output.text()).isEqualTo(SHORT);
        assertThat(lines).containsExactlyElementsOf(SHORT.lines().toList());
    }

    @Test
    void namesOfTheAlgorithmsFilesAndThoseOfWarningsAreShort() {
        String own = "/data/runs/run-1/python/algorithm/";
        write(own + "tiny/algo.py:45: UserWarning: odd\n  warnings.warn('odd')\n"
                + "/venv/lib/python3.11/site-packages/sklearn/base.py:9: UserWarning: X\n"
                + "/usr/lib/python3.11/json/decoder.py:3: RuntimeWarning: Y\n"
                + "read '" + own + "tiny/a.csv' of /old" + own + "b /usr/lib/python3.11/c\n");

        String shortened = """
                tiny/algo.py:45: UserWarning: odd
                  warnings.warn('odd')
                sklearn/base.py:9: UserWarning: X
                json/decoder.py:3: RuntimeWarning: Y
                read 'tiny/a.csv' of /old%sb /usr/lib/python3.11/c
                """.formatted(own);
        assertThat(output.text()).isEqualTo(shortened);
        assertThat(lines).containsExactlyElementsOf(shortened.lines().toList());
    }

    @Test
    void pathsIntoTheWorkersCacheAreShort() {
        String entries = "/data/cache/entries/";
        String hash = "/" + "0123456789abcdef".repeat(4) + "/content/";
        write("at " + entries + "environments" + hash + "lib/python3.11/site-packages/colorama/__init__.py\n"
                + "['" + entries + "environments" + hash + "lib/python3.11/site-packages', '" + entries + "datasets"
                + hash
                + "groups.csv'] and " + entries + "environments" + hash + "bin/python /a/" + "0".repeat(63)
                + "/content/b\n");

        assertThat(output.text())
                .isEqualTo("at colorama/__init__.py\n['site-packages', 'groups.csv'] and bin/python /a/"
                        + "0".repeat(63) + "/content/b\n");
        assertThat(lines).hasSize(2).first().isEqualTo("at colorama/__init__.py");
    }

    @Test
    void aListOfModulesThatComesInPiecesIsLeftOutAsAWhole() {
        write("Extension modules: " + "numpy, ".repeat(3000) + "pandas (total: 3001)\nthe end\n");

        assertThat(output.text()).isEqualTo("the end\n");
        assertThat(lines).containsExactly("the end");
    }

    @Test
    void whatAnAlgorithmWritesByItselfStays() {
        String own = "Extension modules: two\n  File \"/data/python/abc/runner.py\", line 1, in main\nthe end\n";
        write(own);

        assertThat(output.text()).isEqualTo(own);
        assertThat(lines).hasSize(3);
    }
}
