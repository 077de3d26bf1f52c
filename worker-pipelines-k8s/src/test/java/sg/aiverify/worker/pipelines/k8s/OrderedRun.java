package sg.aiverify.worker.pipelines.k8s;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import sg.aiverify.worker.task.ModelType;
import sg.aiverify.worker.task.Task;
import sg.aiverify.worker.task.TaskParser;
import sg.aiverify.worker.testkit.gateway.RunOrder;
import sg.aiverify.worker.testkit.gateway.StrictGateway;
import sg.aiverify.worker.testkit.gateway.TaskSink;
import sg.aiverify.worker.testkit.samples.TinyAlgorithm;
import sg.aiverify.worker.testkit.samples.TinyInputs;

/** A gateway with one run that a user has requested. */
record OrderedRun(StrictGateway gateway, Task task) implements AutoCloseable {
    /** Starts the gateway and requests a run with ground truth; {@code complete} adds the rest of the request. */
    static OrderedRun start(TinyAlgorithm algorithm, TinyInputs files, UnaryOperator<RunOrder> complete) {
        List<String> queued = new CopyOnWriteArrayList<>();
        StrictGateway gateway = StrictGateway.start(new TaskSink() {
            @Override
            public String add(String taskJson) {
                queued.add(taskJson);
                return queued.size() + "-0";
            }

            @Override
            public void delete(String id) {}
        });
        RunOrder order = RunOrder.of(
                gateway.addAlgorithm(algorithm.folder()),
                gateway.addModel(files.model(), ModelType.CLASSIFICATION),
                gateway.addDataset(files.dataset()));
        gateway.startRun(complete.apply(
                order.withGroundTruth(files.dataset().getFileName().toString(), "truth")));
        return new OrderedRun(gateway, TaskParser.parse(queued.get(0)));
    }

    @Override
    public void close() {
        gateway.close();
    }
}
