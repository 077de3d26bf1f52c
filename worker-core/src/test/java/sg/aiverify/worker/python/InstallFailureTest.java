package sg.aiverify.worker.python;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.StageException;
import sg.aiverify.worker.failure.TaskFailedException;

/** The outputs are those of pip 23.2 and uv 0.13, or of older versions of uv if a test mentions one. */
class InstallFailureTest {
    private static final SupervisedProcess.Ending ONE = new SupervisedProcess.Ending(1, null);

    private static StageException of(String tool, String output, String... unread) {
        return InstallFailure.of("build virtual environment", tool, ONE, output, List.of(unread));
    }

    private static final String ADVICE =
            ". The packages to install are listed in [project] dependencies of the algorithm's pyproject.toml";

    static Stream<Arguments> outputs() {
        return Stream.of(
                Arguments.of("pip", "No matching distribution found for xyz==9", """
                        Looking in indexes: https://host/simple
                        ERROR: Could not find a version that satisfies the requirement xyz==9 (from versions: none)
                        ERROR: No matching distribution found for xyz==9
                        """),
                Arguments.of(
                        "pip",
                        "Cannot install aa==1.0 and bb==1.0 because these package versions have conflicting dependencies",
                        """
                        Processing ./links/aa-1.0-py3-none-any.whl
                        INFO: pip is looking at multiple versions of bb to determine which version is compatible.
                        ERROR: Cannot install aa==1.0 and bb==1.0 because these package versions have conflicting dependencies.

                        The conflict is caused by:
                            aa 1.0 depends on cc==1.0
                            bb 1.0 depends on cc==2.0

                        ERROR: ResolutionImpossible: for help visit https://pip.pypa.io/
                        """),
                Arguments.of(
                        "pip",
                        "Preparing metadata (pyproject.toml) did not run successfully: ModuleNotFoundError: No module"
                                + " named 'no_such_module'",
                        """
                          error: subprocess-exited-with-error

                          × Preparing metadata (pyproject.toml) did not run successfully.
                          │ exit code: 1
                          ╰─> [2 lines of output]
                              File "<string>", line 1, in <module>
                              ModuleNotFoundError: No module named 'no_such_module'
                              [end of output]

                          note: This error originates from a subprocess, and is likely not a problem with pip.
                        error: metadata-generation-failed

                        × Encountered error while generating package metadata.
                        ╰─> See above for output.
                        """),
                Arguments.of("pip", "MemoryError", """
                        ERROR: Exception:
                        Traceback (most recent call last):
                          File "x.py", line 1, in <module>
                        MemoryError
                        """),
                Arguments.of(
                        "uv",
                        "No solution found when resolving dependencies: Because you require six==99 and six<3, we can"
                                + " conclude that your requirements are unsatisfiable",
                        """
                        Using Python 3.11.7 environment at: v
                        error: No solution found when resolving dependencies
                          cause: Because you require six==99 and six<3, we can conclude that your
                                 requirements are unsatisfiable.

                        hint: Packages were unavailable
                        """),
                Arguments.of(
                        "uv",
                        "No solution found when resolving dependencies: Because xyz was not found in the package"
                                + " registry and you require xyz==9, we can conclude that your requirements are"
                                + " unsatisfiable",
                        """
                          × No solution found when resolving dependencies:
                          ╰─▶ Because xyz was not found in the package registry and you require xyz==9, we
                              can conclude that your requirements are unsatisfiable.
                        """),
                Arguments.of(
                        "uv",
                        "Failed to build `evil==1.0`: The build backend returned an error: Call to `build_wheel` failed"
                                + " (exit status: 1): ModuleNotFoundError: No module named 'setuptools'",
                        """
                        error: Failed to build `evil==1.0`
                          cause: The build backend returned an error
                          cause: Call to `build_wheel` failed (exit status: 1)

                                 [stderr]
                                 Traceback (most recent call last):
                                   File "<string>", line 8, in <module>
                                 ModuleNotFoundError: No module named 'setuptools'

                        hint: This error likely indicates that `evil@1.0` depends on `setuptools`
                        """));
    }

    @ParameterizedTest
    @MethodSource("outputs")
    void beginsWithTheCauseAndGoesOnWithTheOutput(String tool, String cause, String output) {
        assertThat(of(tool, output))
                .isInstanceOf(TaskFailedException.class)
                .hasMessage("Failed to build virtual environment: " + cause + " (" + tool + " ended with exit code 1)"
                        + ADVICE + "\n" + output.stripTrailing());
    }

    @Test
    void anIndexOutOfReachIsTheCauseThoughPipSaysThatThereIsNoSuchVersion() {
        String output = "ERROR: No matching distribution found for xyz==9\n";
        String unread = "Could not fetch URL https://no-such-host.invalid/simple/xyz/: connection error:"
                + " HTTPSConnectionPool(host='no-such-host.invalid', port=443): Max retries exceeded with url:"
                + " /simple/xyz/ (Caused by NewConnectionError('<connection object at 0x7f>: Failed to establish a new"
                + " connection: [Errno -2] Name or service not known')) - skipping";
        assertThat(of("pip", output, unread))
                .isInstanceOf(InfrastructureException.class)
                .hasMessage("Failed to build virtual environment: Could not fetch URL"
                        + " https://no-such-host.invalid/simple/xyz/: Name or service not known (pip ended with exit code"
                        + " 1). The package index is set with PIP_INDEX_URL or in pip.conf, a proxy with HTTPS_PROXY\n"
                        + output + unread);
        String odd = "Could not fetch URL https://host/: 500 Server Error: no reason - skipping";
        assertThat(of("pip", output, odd))
                .hasMessageStartingWith("Failed to build virtual environment: Could not fetch URL https://host/: 500"
                        + " Server Error: no reason (pip ended");
        assertThat(of("pip", output, "Could not read the log of pip: it is a directory"))
                .hasMessageStartingWith(
                        "Failed to build virtual environment: No matching distribution found for xyz==9 (pip ended");
    }

    @Test
    void theFailureOfAnIndexThatUvCannotReachHasItsAddressAndTheLastCause() {
        assertThat(of("uv", """
                error: Request failed after 1 retry in 1.1s
                  cause: Failed to fetch: https://no-such-host.invalid/simple/xyz/
                  cause: error sending request for url (https://no-such-host.invalid/simple/xyz/)
                  cause: dns error
                  cause: failed to lookup address information: Name or service not known
                """))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith("Failed to build virtual environment: Failed to fetch:"
                        + " https://no-such-host.invalid/simple/xyz/: failed to lookup address information: Name or"
                        + " service not known (uv ended with exit code 1). The package index is set with"
                        + " UV_DEFAULT_INDEX or in uv.toml, a proxy with HTTPS_PROXY\n");
    }

    @Test
    void aFullDiskIsTheCause() {
        assertThat(of("pip", """
                Installing collected packages: numpy
                ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device: '/v/numpy'

                """))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageStartingWith("Failed to build virtual environment: Could not install packages due to an"
                        + " OSError: [Errno 28] No space left on device: '/v/numpy' (pip ended with exit code 1)\n");
    }

    @Test
    void triesThatDifferInTheirNumberAloneCountOnce() {
        String tries = IntStream.of(4, 3, 2, 1, 0)
                .mapToObj(left -> "WARNING: Retrying (Retry(total=" + left + ", connect=None, read=None, redirect=None,"
                        + " status=None)) after connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection"
                        + ".HTTPSConnection object at 0x7f" + left
                        + "a>: Failed to establish a new connection: [Errno -2]"
                        + " Name or service not known')': /simple/xyz/\n")
                .collect(Collectors.joining());

        assertThat(of("pip", tries + "ERROR: No matching distribution found for xyz"))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageEndingWith(", a proxy with HTTPS_PROXY\nWARNING: Retrying after connection broken by"
                        + " 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection>: Failed to establish a"
                        + " new connection: [Errno -2] Name or service not known')': /simple/xyz/\n... (the same line 4"
                        + " more times)\nERROR: No matching distribution found for xyz");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "xyz==1.7.1 | 40 versions, the nearest 1.6.0, 1.7.0, 1.8.0, 1.9.0, 1.10.0, the newest 1.39.0",
                "xyz==0.1 (from abc) | 40 versions, the nearest 1.0.0, 1.1.0, 1.2.0, 1.3.0, 1.4.0, the newest 1.39.0",
                "xyz==9 | 40 versions, the newest 1.35.0, 1.36.0, 1.37.0, 1.38.0, 1.39.0",
                "xyz<1 | 40 versions, the newest 1.35.0, 1.36.0, 1.37.0, 1.38.0, 1.39.0",
            })
    void ofManyVersionsAFewAreNamed(String requirement, String some) {
        String versions = IntStream.range(0, 40).mapToObj(i -> "1." + i + ".0").collect(Collectors.joining(", "));
        String ignored = IntStream.range(0, 7)
                .mapToObj(i -> "0." + i + " Requires-Python <3.9")
                .collect(Collectors.joining("; "));

        assertThat(of("pip", """
                        Looking in links: links
                        Requirement already satisfied: numpy in /v (1.26.4)
                        ERROR: Ignored the following versions that require a different python version: %s
                        ERROR: Could not find a version that satisfies the requirement %s (from versions: %s)
                        ERROR: No matching distribution found for xyz
                        """.formatted(ignored, requirement, versions))
                        .getMessage()
                        .lines()
                        .skip(1))
                .containsExactly(
                        "ERROR: Ignored the following versions that require a different python version: 7 versions, the"
                                + " newest 0.2 Requires-Python <3.9; 0.3 Requires-Python <3.9; 0.4 Requires-Python <3.9;"
                                + " 0.5 Requires-Python <3.9; 0.6 Requires-Python <3.9",
                        "ERROR: Could not find a version that satisfies the requirement " + requirement + " (from "
                                + some + ")",
                        "ERROR: No matching distribution found for xyz");
    }

    @Test
    void theExitCodeIsReportedIfNoCauseIsKnown() {
        for (String output :
                new String[] {"", "who knows\n", "[end of output]\n", "\n [end of output]\n", "ERROR: \n", "[stderr]\n"
                }) {
            assertThat(of("pip", output)).hasMessageStartingWith("Failed to build virtual environment: pip ended with");
        }
        assertThat(InstallFailure.of(
                        "build it", "pip", new SupervisedProcess.Ending(-1, "SIGKILL"), "ERROR: half a sen", List.of()))
                .isInstanceOf(InfrastructureException.class)
                .hasMessage("Failed to build it: pip was killed by SIGKILL\nERROR: half a sen");
    }
}
