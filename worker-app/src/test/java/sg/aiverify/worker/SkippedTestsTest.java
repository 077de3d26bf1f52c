package sg.aiverify.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SkippedTestsTest {
    private static final Instant BEGUN = Instant.parse("2026-11-01T12:00:00Z");

    @TempDir
    private Path checkout;

    @Test
    void saysThatNoTestWasRun() throws IOException {
        assertThat(SkippedTests.read(checkout, BEGUN)).hasToString("No test was run.");
    }

    @Test
    void saysThatNoTestWasSkipped() throws IOException {
        report("worker-core", "surefire-reports", "<testcase name='a'/>", 0);
        assertThat(SkippedTests.read(checkout, BEGUN)).hasToString("No test was skipped.");
    }

    @Test
    void namesWhatTestsOfAllModulesNeedAndWhyItIsNotHere() throws IOException {
        String engine = "<testcase><skipped message='needs a Docker engine: connection refused&#10;at x'/></testcase>";
        report("worker-docker", "surefire-reports", engine + engine, 0);
        report("worker-docker", "failsafe-reports", """
                <testcase><skipped type='org.opentest4j.TestAbortedException'>
                <![CDATA[org.opentest4j.TestAbortedException: needs a Docker engine: connection refused
                    at x]]></skipped></testcase>
                """, 0);
        report(
                "worker-app",
                "surefire-reports",
                "<testcase><skipped message='Assumption failed: needs root'/></testcase>",
                0);
        assertThat(SkippedTests.read(checkout, BEGUN).toString())
                .startsWith("Skipped, for lack of: ")
                .contains("a Docker engine (3, connection refused)", "root (1)")
                .doesNotContain("\n");
    }

    @Test
    void namesEachReasonOnce() throws IOException {
        String case1 = "<testcase><skipped message='needs bubblewrap: not on the PATH'/></testcase>";
        String case2 = "<testcase><skipped message='needs bubblewrap: no user namespaces'/></testcase>";
        report("worker-core", "surefire-reports", case1 + case2 + case1, 0);
        assertThat(SkippedTests.read(checkout, BEGUN))
                .hasToString("Skipped, for lack of: bubblewrap (3, not on the PATH, no user namespaces)");
    }

    @Test
    void namesModulesThatThisBuildLeftOut() throws IOException {
        report("worker-core", "surefire-reports", "<testcase/>", -1);
        report("worker-docker", "surefire-reports", "<testcase/>", 0);
        assertThat(SkippedTests.read(checkout, BEGUN))
                .hasToString("No test was skipped. This build ran no tests of worker-core");
    }

    @Test
    void leavesOutReportsOfEarlierBuilds() throws IOException {
        report("worker-core", "surefire-reports", "<testcase><skipped message='needs root'/></testcase>", -1);
        report("worker-core", "failsafe-reports", "<testcase/>", 1);
        assertThat(SkippedTests.read(checkout, BEGUN)).hasToString("No test was skipped.");
    }

    @Test
    void failsWhereNoTestMayBeSkipped() throws IOException {
        report("worker-core", "surefire-reports", "<testcase><skipped message='needs root'/></testcase>", 0);
        assertThatThrownBy(() -> SkippedTests.main(checkout.toString(), BEGUN.toString(), "fail"))
                .hasMessage("In this build no test may be skipped");
        SkippedTests.main(checkout.toString(), BEGUN.toString(), "report");
    }

    private void report(String module, String kind, String cases, int secondsLater) throws IOException {
        Path directory = Files.createDirectories(
                checkout.resolve(module).resolve("target").resolve(kind));
        Path file = directory.resolve("TEST-some.xml");
        Files.writeString(file, "<testsuite>" + cases + "</testsuite>");
        Files.setLastModifiedTime(file, FileTime.from(BEGUN.plusSeconds(secondsLater)));
    }
}
