package sg.aiverify.worker.stage;

import static org.apiguardian.api.API.Status.STABLE;

import java.util.Locale;
import org.apiguardian.api.API;
import sg.aiverify.worker.config.Setting;

/** The stages of a run, in the order in which they run. A variable selects the module of each stage. */
@API(status = STABLE, since = "1.0")
public enum Stage {
    /** Downloads the algorithm, the model and the data. */
    DOWNLOAD(
            "PIPELINE_DOWNLOAD",
            "apigw_download",
            "downloads the algorithm, the model and the data",
            DownloadModule.class),
    /** Prepares the environment of the algorithm. */
    PIPELINE_BUILD("PIPELINE_BUILD", "virtual_env", "prepares the environment of the algorithm", BuildModule.class),
    /** Checks the arguments. */
    VALIDATE_INPUT("PIPELINE_VALIDATE_INPUT", "validate_input", "checks the arguments", ValidateModule.class),
    /** Runs the algorithm. */
    PIPELINE_EXECUTE("PIPELINE_EXECUTE", "virtual_env_execute", "runs the algorithm", ExecuteModule.class),
    /** Uploads the result. */
    UPLOAD("PIPELINE_UPLOAD", "apigw_upload", "uploads the result", UploadModule.class),
    /** Reports the error of a run that failed in any stage. */
    PIPELINE_ERROR("PIPELINE_ERROR", "apigw_error_update", "reports the error of a failed run", ErrorModule.class);

    private final Setting<String> setting;
    private final Class<? extends StageModule> moduleType;

    Stage(String variable, String defaultModule, String work, Class<? extends StageModule> moduleType) {
        this.setting =
                Setting.text(variable, defaultModule, "module that " + work).inGroup("Modules");
        this.moduleType = moduleType;
    }

    /**
     * Returns the setting that selects the module.
     *
     * @return a {@code PIPELINE_*} variable
     */
    public Setting<String> setting() {
        return setting;
    }

    /**
     * Returns the interface of this stage's modules.
     *
     * @return a sub-type of {@link StageModule}
     */
    public Class<? extends StageModule> moduleType() {
        return moduleType;
    }

    /**
     * Returns the name of the stage in messages and docs.
     *
     * @return the name, for example {@code pipeline_build}
     */
    public final String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
