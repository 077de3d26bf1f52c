package sg.aiverify.worker.stage.internal;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.ConfigurationException;
import sg.aiverify.worker.stage.BuildModule;
import sg.aiverify.worker.stage.DownloadModule;
import sg.aiverify.worker.stage.Environment;
import sg.aiverify.worker.stage.ErrorModule;
import sg.aiverify.worker.stage.ExecuteModule;
import sg.aiverify.worker.stage.Stage;
import sg.aiverify.worker.stage.StageModule;
import sg.aiverify.worker.stage.UploadModule;
import sg.aiverify.worker.stage.ValidateModule;

/**
 * The modules of a worker, one for each stage.
 *
 * @param download downloads the inputs
 * @param build prepares the environment
 * @param validate checks the arguments
 * @param execute runs the algorithm
 * @param upload uploads the result
 * @param error reports the error
 * @param <E> the type of environment that the build and execute modules use
 */
public record StageModules<E extends Environment>(
        DownloadModule download,
        BuildModule<E> build,
        ValidateModule validate,
        ExecuteModule<E> execute,
        UploadModule upload,
        ErrorModule error)
        implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(StageModules.class);

    public StageModules {
        Objects.requireNonNull(download, "download");
        Objects.requireNonNull(build, "build");
        Objects.requireNonNull(validate, "validate");
        Objects.requireNonNull(execute, "execute");
        Objects.requireNonNull(upload, "upload");
        Objects.requireNonNull(error, "error");
    }

    /**
     * Combines modules. Checks that the build module and the execute module use the same type of environment.
     *
     * @param download downloads the inputs
     * @param build prepares the environment
     * @param validate checks the arguments
     * @param execute runs the algorithm
     * @param upload uploads the result
     * @param error reports the error
     * @return the modules
     * @throws ConfigurationException if the execute module needs another type of environment than the build module
     *     prepares
     */
    public static StageModules<?> of(
            DownloadModule download,
            BuildModule<?> build,
            ValidateModule validate,
            ExecuteModule<?> execute,
            UploadModule upload,
            ErrorModule error) {
        if (!execute.environmentType().isAssignableFrom(build.environmentType())) {
            throw new ConfigurationException("The modules for " + Stage.PIPELINE_BUILD.wireName() + " and "
                    + Stage.PIPELINE_EXECUTE.wireName() + " do not match: "
                    + "the first prepares " + build.environmentType().getSimpleName()
                    + ", but the second needs "
                    + execute.environmentType().getSimpleName());
        }
        return matched(download, build, validate, execute, upload, error);
    }

    // Unchecked for the compiler only: of() has checked the type.
    @SuppressWarnings("unchecked")
    private static <E extends Environment> StageModules<E> matched(
            DownloadModule download,
            BuildModule<E> build,
            ValidateModule validate,
            ExecuteModule<?> execute,
            UploadModule upload,
            ErrorModule error) {
        return new StageModules<>(download, build, validate, (ExecuteModule<E>) execute, upload, error);
    }

    /**
     * Returns the module of a stage.
     *
     * @param stage the stage
     * @return its module
     */
    public StageModule module(Stage stage) {
        return switch (stage) {
            case DOWNLOAD -> download;
            case PIPELINE_BUILD -> build;
            case VALIDATE_INPUT -> validate;
            case PIPELINE_EXECUTE -> execute;
            case UPLOAD -> upload;
            case PIPELINE_ERROR -> error;
        };
    }

    /**
     * Checks whether the services and programs that the modules need are available now.
     *
     * @return the modules' {@link StageModule#problems}, without duplicates
     */
    public List<String> problems() {
        return modules()
                .flatMap(module -> module.problems().stream())
                .distinct()
                .toList();
    }

    /** Calls {@link StageModule#starting} of all modules. Exceptions are logged. */
    public void starting() {
        modules().forEach(module -> {
            try {
                module.starting();
            } catch (RuntimeException e) {
                log.warn("{} could not log what it uses", module.getClass().getName(), e);
            }
        });
    }

    private Stream<StageModule> modules() {
        return Stream.of(download, build, validate, execute, upload, error);
    }

    /** Closes all modules. Exceptions are logged. */
    @Override
    public void close() {
        for (StageModule module : List.of(error, upload, execute, validate, build, download)) {
            try {
                module.close();
            } catch (RuntimeException e) {
                log.warn("Could not close {}", module.getClass().getName(), e);
            }
        }
    }
}
