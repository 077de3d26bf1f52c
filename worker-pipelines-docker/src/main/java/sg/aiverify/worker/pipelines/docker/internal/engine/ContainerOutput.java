package sg.aiverify.worker.pipelines.docker.internal.engine;

import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.StreamType;
import sg.aiverify.worker.python.OutputTail;
import sg.aiverify.worker.python.SupervisorOutput;

/** Receives the output of a container: the lines of its standard output, and the end of its standard error. */
public final class ContainerOutput extends EngineStream<Frame> {
    private static final long REST_MILLISECONDS = 5000;
    private final SupervisorOutput lines;
    private final OutputTail errors;

    public ContainerOutput(SupervisorOutput lines, OutputTail errors) {
        this.lines = lines;
        this.errors = errors;
    }

    @Override
    public void onNext(Frame frame) {
        byte[] payload = frame.getPayload();
        if (frame.getStreamType() == StreamType.STDOUT) {
            lines.write(payload, 0, payload.length);
        } else {
            errors.add(payload, payload.length);
        }
    }

    /** Waits for the remaining output of a container that has ended, for at most 5 s. */
    public void awaitRest() throws InterruptedException {
        awaitEnd(REST_MILLISECONDS);
    }

    @Override
    public void onComplete() {
        lines.close();
        super.onComplete();
    }
}
