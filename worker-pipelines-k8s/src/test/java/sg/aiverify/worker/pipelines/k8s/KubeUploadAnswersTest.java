package sg.aiverify.worker.pipelines.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sg.aiverify.worker.failure.InfrastructureException;
import sg.aiverify.worker.gateway.Gateway;
import sg.aiverify.worker.gateway.RunState;
import sg.aiverify.worker.gateway.RunStatus;
import sg.aiverify.worker.run.CancellationSource;
import sg.aiverify.worker.stage.Demand;
import sg.aiverify.worker.stage.ResultArchive;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.task.Task;
import sg.aiverify.worker.testkit.stage.ObservedRun;

/** The module's reaction to each status of a run. */
class KubeUploadAnswersTest {
    private static final String RUN = "0d5f6a86-8d8c-4a8e-9a41-3f6c0c1d2e3f";

    @TempDir
    Path directory;

    private final List<Integer> progress = new ArrayList<>();
    private RunStatus status = RunStatus.PENDING;
    private ObservedRun run;

    private final KubeUpload upload = new KubeUpload((Gateway) Proxy.newProxyInstance(
            Gateway.class.getClassLoader(), new Class<?>[] {Gateway.class}, (proxy, method, arguments) -> {
                if (method.getName().equals("state")) {
                    return new RunState(status, 40);
                }
                assertThat(method.getName()).isEqualTo("progress");
                progress.add((Integer) arguments[1]);
                return status == RunStatus.PENDING;
            }));

    @BeforeEach
    void open() {
        Task task = Task.builder(RUN)
                .algorithm("g", "c")
                .model(ModelType.REGRESSION, "m")
                .testDataset("d")
                .build();
        run = new ObservedRun(directory, 1, task);
    }

    @AfterEach
    void close() {
        run.close();
    }

    @Test
    void itSaysOfEachStatusWhetherTheRunIsWantedAndWhyNot() {
        Map<RunStatus, Demand> answers = new EnumMap<>(RunStatus.class);
        for (RunStatus each : RunStatus.values()) {
            status = each;
            answers.put(each, upload.demand(RUN, new CancellationSource()));
        }

        assertThat(answers)
                .containsOnly(
                        Map.entry(RunStatus.PENDING, Demand.needed(40)),
                        Map.entry(RunStatus.CANCELLED, Demand.CANCELLED),
                        Map.entry(RunStatus.SUCCESS, Demand.over("already finished")),
                        Map.entry(RunStatus.ERROR, Demand.over("already finished")),
                        Map.entry(RunStatus.ABSENT, Demand.over("unknown at the gateway")));
    }

    @Test
    void itReportsProgressAndSaysWhetherTheGatewayTookIt() {
        assertThat(upload.progress(RUN, 50)).isTrue();
        status = RunStatus.CANCELLED;
        assertThat(upload.progress(RUN, 60)).isFalse();

        assertThat(progress).containsExactly(50, 60);
    }

    @Test
    void onlyAResultThatTheGatewayHasIsStored() {
        ResultArchive archive = new ResultArchive(RUN, directory.resolve("a.zip"), List.of());

        assertThatThrownBy(() -> upload.upload(archive, run))
                .isInstanceOf(InfrastructureException.class)
                .hasMessageContaining("check that KUBECTL_APIGW_URL leads to the same gateway");
        status = RunStatus.SUCCESS;
        assertThat(upload.upload(archive, run)).isTrue();
        for (RunStatus over : List.of(RunStatus.ERROR, RunStatus.CANCELLED, RunStatus.ABSENT)) {
            status = over;
            assertThat(upload.upload(archive, run)).as(over.name()).isFalse();
        }
    }
}
