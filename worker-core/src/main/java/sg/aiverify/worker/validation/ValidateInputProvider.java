package sg.aiverify.worker.validation;

import sg.aiverify.worker.json.KnownSchemas;
import sg.aiverify.worker.pipeline.Pipe;
import sg.aiverify.worker.pipeline.PipeHost;
import sg.aiverify.worker.pipeline.PipeProvider;
import sg.aiverify.worker.pipeline.Stage;

/** Offers {@code validate_input}. */
public final class ValidateInputProvider implements PipeProvider {
    @Override
    public Stage stage() {
        return Stage.VALIDATE_INPUT;
    }

    @Override
    public String name() {
        return "validate_input";
    }

    @Override
    public Pipe create(PipeHost host) {
        return new ValidateInput(new KnownSchemas());
    }
}
