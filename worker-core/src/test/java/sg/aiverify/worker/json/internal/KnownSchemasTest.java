package sg.aiverify.worker.json.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.failure.RunCancelledException;

class KnownSchemasTest {
    private static final String NUMBERS = "{\"items\":{\"type\":\"number\"}}";
    private static final Runnable GO_ON = () -> {};

    @TempDir
    Path directory;

    private Path file(String schema) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "schema", ".json"), schema);
    }

    private static List<String> violations(KnownSchemas schemas, Path file, String value) throws Exception {
        try (KnownSchemas.Lent lent = schemas.lend(file, GO_ON)) {
            return lent.validator().violations(StrictJson.parse(value));
        }
    }

    @Test
    void aSchemaIsParsedOnceForItsContentWhateverFileItIsIn() throws Exception {
        KnownSchemas schemas = new KnownSchemas();
        for (int run = 0; run < 5; run++) {
            assertThat(violations(schemas, file(NUMBERS), "[1,\"a\"]")).hasSize(1);
            assertThat(violations(schemas, file(NUMBERS), "[1,2]")).isEmpty();
        }
        assertThat(schemas.prepared()).isEqualTo(1);

        Path changing = file(NUMBERS);
        Files.writeString(changing, "{\"items\":{\"type\":\"string\"}}");
        assertThat(violations(schemas, changing, "[1]")).hasSize(1);
        assertThat(schemas.prepared()).isEqualTo(2);
    }

    @Test
    void aSchemaThatIsInUseIsNotSharedAndRunsAtOnceGetTheSameAnswers() throws Exception {
        KnownSchemas schemas = new KnownSchemas();
        Path file = file(NUMBERS);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<List<String>>> answers = new ArrayList<>();
            for (int run = 0; run < 200; run++) {
                String value = run % 2 == 0 ? "[1,\"a\",2]" : "[1,2]";
                answers.add(threads.submit(() -> violations(schemas, file, value)));
            }
            for (int run = 0; run < 200; run++) {
                assertThat(answers.get(run).get()).hasSize(run % 2 == 0 ? 1 : 0);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(schemas.prepared()).isBetween(1L, 4L);
    }

    @Test
    void whatASchemaAndItsValuesMayCostIsCountedForEachRun() throws Exception {
        KnownSchemas schemas = new KnownSchemas();
        Path file = file("{\"items\":{\"pattern\":\"^(a|b|c|d)*$\"}}");
        // Together, the runs cost three times the budget of one.
        for (int run = 0; run < 4; run++) {
            try (KnownSchemas.Lent lent = schemas.lend(file, GO_ON)) {
                lent.validator().count(EvaluationBudget.MAX_STEPS * 3 / 4);
                assertThat(lent.validator().violations(StrictJson.parse("[\"abcd\",\"x\"]")))
                        .hasSize(1);
                JsonSchemaValidator same = lent.validator();
                assertThatThrownBy(() -> same.count(EvaluationBudget.MAX_STEPS / 4))
                        .isInstanceOf(InvalidSchemaException.class);
            }
        }
        assertThat(schemas.prepared()).isEqualTo(1);
    }

    @Test
    void aRunThatIsStoppedStopsTheCheckWithAKnownSchemaToo() throws Exception {
        KnownSchemas schemas = new KnownSchemas();
        Path file = file(NUMBERS);
        String long1 = "[" + "1,".repeat(5_000) + "1]";
        assertThat(violations(schemas, file, long1)).isEmpty();

        try (KnownSchemas.Lent lent = schemas.lend(file, () -> {
            throw new RunCancelledException("the run is stopped");
        })) {
            assertThatThrownBy(() -> lent.validator().violations(StrictJson.parse(long1)))
                    .isInstanceOf(RunCancelledException.class);
        }
        // A schema whose check was aborted is not used again.
        assertThat(violations(schemas, file, long1)).isEmpty();
        assertThat(schemas.prepared()).isEqualTo(2);
    }

    @Test
    void whatCannotBeUsedIsRefusedEachTimeWithTheSameWords() throws Exception {
        KnownSchemas schemas = new KnownSchemas();
        for (String schema : List.of("{\"type\":\"nothing\"}", "{\"$ref\":\"#/no/where\"}", "[", "1")) {
            Path file = file(schema);
            assertThat(refusal(schemas, file)).isNotEmpty().isEqualTo(refusal(schemas, file));
        }
        assertThat(schemas.waitingBytes()).isZero();
    }

    private static String refusal(KnownSchemas schemas, Path file) {
        String message = String.valueOf(
                catchThrowable(() -> violations(schemas, file, "{}")).getMessage());
        return message.replaceAll("harrel.dev/\\w+", "harrel.dev"); // the name differs for each parse
    }

    @Test
    void whatIsKeptIsBoundedInNumberAndInBytes() throws Exception {
        KnownSchemas few = new KnownSchemas(2, Long.MAX_VALUE);
        List<Path> files = List.of(file("{\"a\":1}"), file("{\"a\":2}"), file("{\"a\":3}"));
        for (Path file : files) {
            violations(few, file, "{}");
        }
        violations(few, files.get(2), "{}");
        violations(few, files.get(1), "{}");
        assertThat(few.prepared()).isEqualTo(3);
        violations(few, files.get(0), "{}");
        assertThat(few.prepared()).isEqualTo(4);

        long most = 4_000_000;
        KnownSchemas small = new KnownSchemas(1000, most);
        String filler = "x".repeat(20_000);
        for (int i = 0; i < 10; i++) {
            violations(small, file("{\"title\":\"" + i + filler + "\"}"), "{}");
            assertThat(small.waitingBytes()).isPositive().isLessThanOrEqualTo(most);
        }
        Path large = file("{\"title\":\"" + "x".repeat(100_000) + "\"}");
        violations(small, large, "{}");
        violations(small, large, "{}");
        assertThat(small.prepared()).isEqualTo(12);
    }

    @Test
    void whatAValueLetsTheSchemasOwnNodesTakeCountsToo() throws Exception {
        KnownSchemas schemas = new KnownSchemas();
        Path file = file("{\"$defs\":{\"deep\":{\"properties\":{\"a\":{\"$ref\":\"#/$defs/deep\"},"
                + "\"b\":{\"enum\":[[1,2,3],{\"c\":4}]}}}},\"$ref\":\"#/$defs/deep\"}");
        violations(schemas, file, "{}");
        long before = schemas.waitingBytes();
        assertThat(violations(schemas, file, "{\"a\":{\"b\":5}}")).hasSize(1);
        assertThat(schemas.waitingBytes()).isGreaterThanOrEqualTo(before);
        assertThat(schemas.prepared()).isEqualTo(1);
    }
}
