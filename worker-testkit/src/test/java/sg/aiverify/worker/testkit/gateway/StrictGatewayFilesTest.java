package sg.aiverify.worker.testkit.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sg.aiverify.worker.task.ModelType;

class StrictGatewayFilesTest {
    @TempDir
    Path directory;

    private GatewayScene scene;

    @BeforeEach
    void open() throws IOException {
        scene = new GatewayScene(directory);
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @Test
    void anAlgorithmComesAsAStoredZipRelativeToItsFolderWithDirectoryEntries() throws IOException {
        HttpResponse<byte[]> answer = scene.get("/plugins/aiverify.test.tiny/algorithms/echoes");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/zip");
        assertThat(DigestUtils.sha256Hex(answer.body())).isEqualTo(scene.algorithm.hash());
        List<String> names = new ArrayList<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(answer.body()))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                assertThat(entry.getMethod()).isEqualTo(ZipEntry.STORED);
                names.add(entry.getName());
            }
        }
        assertThat(names).contains("pyproject.toml", "aiverify_test_echoes/", "aiverify_test_echoes/algo.py");
    }

    @Test
    void theNameOfAnAlgorithmsZipLosesItsHyphens() throws IOException {
        scene.gateway.addAlgorithm("some.gid", "some-cid.v2_x", new byte[] {1});

        assertThat(scene.get("/plugins/some.gid/algorithms/some-cid.v2_x")
                        .headers()
                        .firstValue("content-disposition"))
                .hasValue("attachment; filename=\"somecid.v2_x.zip\"");
    }

    @Test
    void anUnknownAlgorithmIsNotFound() throws IOException {
        HttpResponse<byte[]> answer = scene.get("/plugins/aiverify.test.tiny/algorithms/other");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(GatewayScene.detail(answer)).isEqualTo("Algorithm not found");
    }

    @Test
    void aFileComesAsItIs() throws IOException {
        HttpResponse<byte[]> answer = scene.get("/storage/models/model.sav");

        assertThat(GatewayScene.text(answer)).isEqualTo("model");
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/octet-stream");
        assertThat(answer.headers().firstValue("content-disposition")).hasValue("attachment; filename=\"model.sav\"");
    }

    @Test
    void aFolderComesAsAZipThatTheHeadersDoNotAdmit() throws IOException {
        addPipeline();

        HttpResponse<byte[]> answer = scene.get("/storage/models/pipe");

        assertThat(answer.body()).startsWith('P', 'K');
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/octet-stream");
        assertThat(answer.headers().firstValue("content-disposition")).hasValue("attachment; filename=\"pipe\"");
    }

    @Test
    void aFolderComesUnderTheNameOfItsZipAsWell() throws IOException {
        addPipeline();

        HttpResponse<byte[]> answer = scene.get("/storage/models/pipe.zip");

        assertThat(answer.body()).isEqualTo(scene.get("/storage/models/pipe").body());
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/zip");
        assertThat(answer.headers().firstValue("content-disposition"))
                .hasValue("attachment; filename=\"pipe.zip.zip\"");
    }

    private void addPipeline() throws IOException {
        Path pipe = Files.createDirectory(directory.resolve("pipe"));
        Files.writeString(pipe.resolve("pipeline.sav"), "pickle");
        scene.gateway.addModel(pipe, ModelType.REGRESSION);
    }

    @ParameterizedTest
    @CsvSource({
        "/storage/models/nothing.sav, 404",
        "/storage/datasets/nothing.csv, 404",
        "/storage/datasets/a..b, 400",
        "/storage/datasets/a%20b, 400",
        "/storage/datasets/a%2Fb, 404",
        "/storage/datasets/a/b, 404",
        "//storage/datasets/data.csv, 404",
        "/nowhere, 404"
    })
    void namesThatAreIllegalOrUnknownAreRefused(String path, int status) throws IOException {
        assertThat(scene.get(path).statusCode()).isEqualTo(status);
    }

    @Test
    void listsContainTheTypeAndHashOfEveryFile() throws IOException {
        addPipeline();

        List<JsonObject> models = rows("/test_models/");

        assertThat(models).extracting(row -> row.get("filename").getAsString()).containsExactly("model.sav", "pipe");
        assertThat(models).extracting(row -> row.get("fileType").getAsString()).containsExactly("file", "pipeline");
        assertThat(models.get(1).get("modelType").getAsString()).isEqualTo("regression");
        assertThat(models.get(0).get("zip_hash").getAsString()).isEqualTo(DigestUtils.sha256Hex("model".getBytes()));
        assertThat(rows("/test_datasets/"))
                .extracting(row -> row.get("fileType").getAsString())
                .containsExactly("file");
    }

    private List<JsonObject> rows(String path) throws IOException {
        List<JsonObject> rows = new ArrayList<>();
        GatewayScene.body(scene.get(path)).getAsJsonArray().forEach(row -> rows.add(row.getAsJsonObject()));
        return rows;
    }

    @Test
    void aMissingSlashIsRedirectedAndAWrongMethodRefused() throws IOException {
        assertThat(scene.get("/test_models").statusCode()).isEqualTo(307);
        assertThat(scene.json("POST", "/test_models/", "{}").statusCode()).isEqualTo(405);
    }

    @Test
    void anAlgorithmFolderWithoutItsFilesIsRefusedByName() throws IOException {
        Files.delete(scene.folder.resolve("aiverify_test_echoes/output.schema.json"));

        assertThatThrownBy(() -> scene.gateway.addAlgorithm(scene.folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("output.schema.json");
    }
}
