package sg.aiverify.worker.pipelines.docker.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.failure.TaskFailedException;

class TarSourceTest {
    @TempDir
    Path directory;

    private static List<String> names(InputStream tar) {
        List<String> names = new ArrayList<>();
        try {
            TarArchiveInputStream entries = new TarArchiveInputStream(tar, "UTF-8");
            for (TarArchiveEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                names.add(entry.getName());
            }
            tar.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
    }

    @Test
    void namesAreInUtf8WhateverTheLocale() throws IOException {
        Path folder = Files.createDirectories(directory.resolve(FileNames.of("größe/漢字")));
        Files.writeString(folder.resolve(FileNames.of("données.csv")), "x");

        assertThat(TarSource.send(
                        entries -> entries.tree("inputs/größe", directory.resolve(FileNames.of("größe"))),
                        TarSourceTest::names))
                .containsExactly("inputs/größe/", "inputs/größe/漢字/", "inputs/größe/漢字/données.csv");
    }

    @Test
    void aFileWhoseNameIsNotUtf8IsNotSentUnderAnother() throws IOException {
        Path odd = Path.of(URI.create(directory.toUri() + "/a%FF.csv"));
        Files.writeString(odd, "x");

        assertThatThrownBy(() -> TarSource.send(entries -> entries.tree("inputs", directory), TarSourceTest::names))
                .isInstanceOf(TaskFailedException.class)
                .hasMessageContaining("has a name that is not UTF-8");
    }

    @Test
    void aReaderDoesNotTakeAPartOfATarForAllOfIt() {
        AtomicBoolean wasWhole = new AtomicBoolean();

        assertThatThrownBy(() -> TarSource.send(
                        entries -> {
                            entries.text("first", "x");
                            throw new IOException("no more");
                        },
                        tar -> {
                            names(tar);
                            wasWhole.set(true);
                            return "";
                        }))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("no more");
        assertThat(wasWhole).isFalse();
    }
}
