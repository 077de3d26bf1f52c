package sg.aiverify.worker.stage.validate;

import sg.aiverify.worker.json.internal.KnownSchemas;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.WorkerContext;

/** Offers {@code validate_input}. */
public final class ValidateInputProvider implements ModuleProvider {
    @Override
    public Stage stage() {
        return Stage.VALIDATE_INPUT;
    }

    @Override
    public String name() {
        return "validate_input";
    }

    @Override
    public StageModule create(WorkerContext host) {
        return new ValidateInput(new KnownSchemas());
    }
}
