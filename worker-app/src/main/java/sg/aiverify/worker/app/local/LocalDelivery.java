package sg.aiverify.worker.app.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import sg.aiverify.worker.config.FileNames;
import sg.aiverify.worker.failure.Failure;
import sg.aiverify.worker.failure.Reason;
import sg.aiverify.worker.failure.TaskFailedException;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.stage.Demand;
import sg.aiverify.worker.stage.ErrorModule;
import sg.aiverify.worker.stage.ResultArchive;
import sg.aiverify.worker.stage.UploadModule;

/** The upload and error modules of a run on local files: write the result to a file, and pass on the progress. */
final class LocalDelivery implements UploadModule, ErrorModule {
    private final Path target;
    private final IntConsumer progress;
    private volatile LocalRunReport.@Nullable Result delivered;

    LocalDelivery(Path target, IntConsumer progress) {
        this.target = FileNames.absolute(target).normalize();
        this.progress = progress;
    }

    Optional<LocalRunReport.Result> delivered() {
        return Optional.ofNullable(delivered);
    }

    @Override
    public Demand demand(String runId, Cancellation cancellation) {
        return Demand.NEEDED;
    }

    @Override
    public boolean progress(String runId, int percent) {
        progress.accept(percent);
        return true;
    }

    @Override
    public boolean upload(ResultArchive archive, RunContext run) {
        return store(archive);
    }

    boolean store(ResultArchive archive) {
        // Writes to a file with a unique random name first, so that a reader never sees an incomplete archive.
        Path part = target.resolveSibling("." + UUID.randomUUID() + ".part");
        try {
            Files.createDirectories(Objects.requireNonNull(target.getParent(), "parent"));
            try {
                Files.copy(archive.file(), part);
                Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
            delivered = new LocalRunReport.Result(target, Files.size(target), archive.artifacts());
            return true;
        } catch (IOException e) {
            throw new TaskFailedException("--output: could not write the result to " + target + ": " + Reason.of(e), e);
        }
    }

    /** Does nothing, since the caller of the run receives the failure in the outcome. */
    @Override
    public boolean report(String runId, Failure failure, Cancellation cancellation) {
        return true;
    }
}
