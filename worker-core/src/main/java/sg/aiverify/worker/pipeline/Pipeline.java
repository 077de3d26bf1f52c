package sg.aiverify.worker.pipeline;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import sg.aiverify.worker.failure.ConfigurationException;

/**
 * The modules of a worker, one for each stage.
 *
 * @param download gets the inputs
 * @param build prepares the environment
 * @param validate checks the arguments
 * @param execute runs the algorithm
 * @param upload delivers the result
 * @param error delivers the error
 * @param <E> the environment that build and execute agree on
 */
public record Pipeline<E extends Environment>(
        DownloadPipe download,
        BuildPipe<E> build,
        ValidateInputPipe validate,
        ExecutePipe<E> execute,
        UploadPipe upload,
        ErrorPipe error)
        implements AutoCloseable {
    private static final Logger log = LogManager.getLogger(Pipeline.class);

    public Pipeline {
        Objects.requireNonNull(download, "download");
        Objects.requireNonNull(build, "build");
        Objects.requireNonNull(validate, "validate");
        Objects.requireNonNull(execute, "execute");
        Objects.requireNonNull(upload, "upload");
        Objects.requireNonNull(error, "error");
    }

    /**
     * Puts together modules whose environments are known only now.
     *
     * @param download gets the inputs
     * @param build prepares the environment
     * @param validate checks the arguments
     * @param execute runs the algorithm
     * @param upload delivers the result
     * @param error delivers the error
     * @return the pipeline
     * @throws ConfigurationException if the execute module takes another environment than the build module prepares
     */
    public static Pipeline<?> of(
            DownloadPipe download,
            BuildPipe<?> build,
            ValidateInputPipe validate,
            ExecutePipe<?> execute,
            UploadPipe upload,
            ErrorPipe error) {
        if (!execute.environmentType().isAssignableFrom(build.environmentType())) {
            throw new ConfigurationException("The modules for " + Stage.PIPELINE_BUILD.wireName() + " and "
                    + Stage.PIPELINE_EXECUTE.wireName() + " do not fit together: "
                    + "what the first prepares (" + build.environmentType().getSimpleName()
                    + ") is not what the second needs ("
                    + execute.environmentType().getSimpleName() + ")");
        }
        return matched(download, build, validate, execute, upload, error);
    }

    // The one place where the compiler cannot see what of() has checked.
    @SuppressWarnings("unchecked")
    private static <E extends Environment> Pipeline<E> matched(
            DownloadPipe download,
            BuildPipe<E> build,
            ValidateInputPipe validate,
            ExecutePipe<?> execute,
            UploadPipe upload,
            ErrorPipe error) {
        return new Pipeline<>(download, build, validate, (ExecutePipe<E>) execute, upload, error);
    }

    /**
     * Looks whether what the modules need can be reached now.
     *
     * @return the modules' {@link Pipe#troubles}, each once
     */
    public List<String> troubles() {
        return pipes().flatMap(pipe -> pipe.troubles().stream()).distinct().toList();
    }

    /** Lets all modules log what they work with; what one throws is logged. */
    public void starting() {
        pipes().forEach(pipe -> {
            try {
                pipe.starting();
            } catch (RuntimeException e) {
                log.warn("{} could not log what it works with", pipe.getClass().getName(), e);
            }
        });
    }

    private Stream<Pipe> pipes() {
        return Stream.of(download, build, validate, execute, upload, error);
    }

    /** Closes all modules; what one throws is logged. */
    @Override
    public void close() {
        for (Pipe pipe : List.of(error, upload, execute, validate, build, download)) {
            try {
                pipe.close();
            } catch (RuntimeException e) {
                log.warn("Closing {} failed", pipe.getClass().getName(), e);
            }
        }
    }
}
