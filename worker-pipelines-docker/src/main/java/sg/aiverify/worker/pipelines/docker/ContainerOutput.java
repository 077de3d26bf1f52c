package sg.aiverify.worker.pipelines.docker;

import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.StreamType;
import java.util.function.Consumer;
import sg.aiverify.worker.python.OutputLines;
import sg.aiverify.worker.python.OutputTail;

/** Takes what a container writes: lines of its standard output, the end of its standard error. */
final class ContainerOutput extends EngineStream<Frame> {
    private final OutputLines lines;
    private final OutputTail errors;

    ContainerOutput(Consumer<String> onLine, OutputTail errors) {
        this.lines = new OutputLines(onLine);
        this.errors = errors;
    }

    @Override
    public void onNext(Frame frame) {
        byte[] payload = frame.getPayload();
        if (frame.getStreamType() == StreamType.STDOUT) {
            lines.add(payload, payload.length);
        } else {
            errors.add(payload, payload.length);
        }
    }

    @Override
    public void onComplete() {
        lines.end();
        super.onComplete();
    }
}
