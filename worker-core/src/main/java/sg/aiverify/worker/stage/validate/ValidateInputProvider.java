package sg.aiverify.worker.stage.validate;

import static org.apiguardian.api.API.Status.EXPERIMENTAL;

import org.apiguardian.api.API;
import sg.aiverify.worker.json.internal.KnownSchemas;
import sg.aiverify.worker.stage.ModuleProvider;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.WorkerContext;

/** Creates the module {@code validate_input}. */
@API(status = EXPERIMENTAL, since = "1.0")
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
    public StageModule create(WorkerContext context) {
        return new ValidateInput(new KnownSchemas());
    }
}
