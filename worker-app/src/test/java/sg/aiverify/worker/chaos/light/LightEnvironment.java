package sg.aiverify.worker.chaos.light;

import sg.aiverify.worker.stage.Environment;

/** Nothing at all: there is no Python to prepare. */
public record LightEnvironment() implements Environment {
    @Override
    public String description() {
        return "no environment";
    }
}
