package sg.aiverify.worker.pipelines.docker;

import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.StreamType;
import sg.aiverify.worker.python.OutputTail;
import sg.aiverify.worker.python.SupervisorOutput;

/** Takes what a container writes: lines of its standard output, the end of its standard error. */
final class ContainerOutput extends EngineStream<Frame> {
    private final SupervisorOutput lines;
    private final OutputTail errors;

    ContainerOutput(SupervisorOutput lines, OutputTail errors) {
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

    @Override
    public void onComplete() {
        lines.close();
        super.onComplete();
    }
}
