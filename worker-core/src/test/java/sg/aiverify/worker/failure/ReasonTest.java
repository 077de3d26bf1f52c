package sg.aiverify.worker.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ReasonTest {
    private static final String PKIX = "PKIX path building failed: ";

    static Stream<Arguments> reasons() {
        IOException full = new FileSystemException("/a/b", null, "No space left on device");
        return Stream.of(
                Arguments.of(new ConnectException("Connection refused"), "Connection refused"),
                Arguments.of(connectionOfJdk(), "no connection"),
                Arguments.of(new IllegalAccessError("The plug-in a.jar uses b"), "The plug-in a.jar uses b"),
                Arguments.of(new NoRouteToHostException("No route to host"), "No route to host"),
                Arguments.of(new UnknownHostException("nowhere"), "unknown host nowhere"),
                Arguments.of(new UnknownHostException(), "unknown host"),
                Arguments.of(new UnknownHostException("unknown host"), "unknown host"),
                Arguments.of(new SocketTimeoutException("Read timed out"), "Read timed out"),
                Arguments.of(new TimeoutException(), "timed out"),
                Arguments.of(new ClosedChannelException(), "the connection was closed"),
                Arguments.of(new EOFException(), "unexpected end of the data"),
                Arguments.of(
                        new SSLHandshakeException(PKIX
                                + "sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid"
                                + " certification path to requested target"),
                        "the certificate is not trusted: " + PKIX
                                + "unable to find valid certification path to requested target"),
                Arguments.of(new NoSuchFileException("/a/b"), "/a/b: no such file or directory"),
                Arguments.of(new AccessDeniedException("/a/b"), "/a/b: permission denied"),
                Arguments.of(new FileAlreadyExistsException("/a/b"), "/a/b: it already exists"),
                Arguments.of(new DirectoryNotEmptyException("/a/b"), "/a/b: the directory is not empty"),
                Arguments.of(new NotDirectoryException("/a/b"), "/a/b: not a directory"),
                Arguments.of(new FileSystemLoopException("/a/b"), "/a/b: a loop of symbolic links"),
                Arguments.of(full, "/a/b: No space left on device"),
                Arguments.of(new MalformedInputException(1), "it is not UTF-8"),
                Arguments.of(new UncheckedIOException(full), "/a/b: No space left on device"),
                Arguments.of(new UncheckedIOException("while reading", full), "/a/b: No space left on device"),
                Arguments.of(new ExecutionException(new CompletionException(full)), "/a/b: No space left on device"),
                Arguments.of(
                        new IllegalStateException("lost: java.net.ConnectException: Connection refused"),
                        "lost: Connection refused"),
                Arguments.of(new IllegalStateException("java.io.IOException"), "illegal state"),
                Arguments.of(new NullPointerException(), "null pointer"),
                Arguments.of(new StackOverflowError(), "stack overflow"),
                Arguments.of(new OutOfMemoryError("Java heap space"), "out of memory: Java heap space"),
                Arguments.of(new NoClassDefFoundError("org/example/Absent"), "no class def found: org/example/Absent"),
                Arguments.of(new NoSuchMethodError("'void x.Y.z()'"), "no such method: 'void x.Y.z()'"),
                Arguments.of(new RuntimeException() {}, "no reason given"),
                Arguments.of(
                        new TaskFailedException("It is at example.org: Error: 3"), "It is at example.org: Error: 3"));
    }

    /** An exception of java.net.http for a refused connection, which has no message. */
    private static ConnectException connectionOfJdk() {
        ConnectException refused = new ConnectException();
        refused.initCause(new ClosedChannelException());
        return refused;
    }

    @ParameterizedTest
    @MethodSource("reasons")
    void aReasonIsInWordsWithoutTheNamesOfClasses(Throwable thrown, String reason) {
        assertThat(Reason.of(thrown)).isEqualTo(reason).doesNotContain("Exception");
    }
}
