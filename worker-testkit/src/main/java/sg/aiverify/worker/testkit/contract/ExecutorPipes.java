package sg.aiverify.worker.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import sg.aiverify.worker.pipeline.AlgorithmOutput;
import sg.aiverify.worker.pipeline.BuildPipe;
import sg.aiverify.worker.pipeline.Environment;
import sg.aiverify.worker.pipeline.ExecutePipe;
import sg.aiverify.worker.pipeline.Execution;
import sg.aiverify.worker.pipeline.PipeHost;
import sg.aiverify.worker.pipeline.Stage;
import sg.aiverify.worker.pipeline.TestInputs;
import sg.aiverify.worker.run.RunContext;

/** A build module and an execute module that fit together. */
record ExecutorPipes<E extends Environment>(BuildPipe<E> build, ExecutePipe<E> execute) implements AutoCloseable {
    static ExecutorPipes<?> of(ExecutorBackend backend, PipeHost host) {
        assertThat(backend.build().stage()).isEqualTo(Stage.PIPELINE_BUILD);
        assertThat(backend.execute().stage()).isEqualTo(Stage.PIPELINE_EXECUTE);
        BuildPipe<?> build = (BuildPipe<?>) backend.build().create(host);
        ExecutePipe<?> execute = (ExecutePipe<?>) backend.execute().create(host);
        assertThat(build.environmentType()).isAssignableTo(execute.environmentType());
        return matched(build, execute);
    }

    // The compiler cannot see what of() has checked.
    @SuppressWarnings("unchecked")
    private static <E extends Environment> ExecutorPipes<E> matched(BuildPipe<E> build, ExecutePipe<?> execute) {
        return new ExecutorPipes<>(build, (ExecutePipe<E>) execute);
    }

    AlgorithmOutput run(TestInputs inputs, JsonObject arguments, RunContext run) throws InterruptedException {
        E environment = build.build(inputs.algorithm(), run);
        assertThat(environment.description()).isNotBlank();
        return execute.execute(new Execution<>(inputs, environment, arguments), run);
    }

    @Override
    public void close() {
        execute.close();
        build.close();
    }
}
