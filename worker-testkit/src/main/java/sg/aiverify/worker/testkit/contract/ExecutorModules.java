package sg.aiverify.worker.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.stage.AlgorithmOutput;
import sg.aiverify.worker.stage.BuildModule;
import sg.aiverify.worker.stage.Environment;
import sg.aiverify.worker.stage.ExecuteModule;
import sg.aiverify.worker.stage.Execution;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.TestInputs;
import sg.aiverify.worker.stage.WorkerContext;

/** A build module and a matching execute module. */
record ExecutorModules<E extends Environment>(BuildModule<E> build, ExecuteModule<E> execute) implements AutoCloseable {
    static ExecutorModules<?> of(ExecutorBackend backend, WorkerContext context) {
        assertThat(backend.build().stage()).isEqualTo(Stage.PIPELINE_BUILD);
        assertThat(backend.execute().stage()).isEqualTo(Stage.PIPELINE_EXECUTE);
        BuildModule<?> build = (BuildModule<?>) backend.build().create(context);
        ExecuteModule<?> execute = (ExecuteModule<?>) backend.execute().create(context);
        assertThat(build.environmentType()).isAssignableTo(execute.environmentType());
        return matched(build, execute);
    }

    // The method of() has checked the type of the environment.
    @SuppressWarnings("unchecked")
    private static <E extends Environment> ExecutorModules<E> matched(BuildModule<E> build, ExecuteModule<?> execute) {
        return new ExecutorModules<>(build, (ExecuteModule<E>) execute);
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
