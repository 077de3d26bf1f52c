package sg.aiverify.worker.engine;

import sg.aiverify.worker.queue.Delivery;
import sg.aiverify.worker.run.Cancellation;
import sg.aiverify.worker.run.RunContext;
import sg.aiverify.worker.stage.Demand;
import sg.aiverify.worker.stage.ResultArchive;
import sg.aiverify.worker.stage.UploadModule;

/** An upload module that only checks whether results are needed. */
record DemandUpload(Query query) implements UploadModule {
    /** A delivery whose payload contains the id of a run. */
    static final Delivery DELIVERY = new Delivery("1-0", 1, "{\"id\": \"8a0c6f1e-52b5-4c7e-9d4b-1f2e3d4c5b6a\"}");

    @FunctionalInterface
    interface Query {
        Demand demand(String runId, Cancellation cancellation) throws InterruptedException;
    }

    @Override
    public Demand demand(String runId, Cancellation cancellation) throws InterruptedException {
        return query.demand(runId, cancellation);
    }

    @Override
    public boolean upload(ResultArchive archive, RunContext run) {
        throw new AssertionError("nothing is uploaded");
    }
}
