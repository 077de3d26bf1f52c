package sg.aiverify.worker.chaos;

/** What goes wrong. */
enum FaultKind {
    /** A worker gets SIGKILL, and another one starts. */
    WORKER_KILLED,
    /** A worker gets SIGSTOP for longer than the lease, then SIGCONT. */
    WORKER_FROZEN,
    /** A worker gets SIGTERM, and another one starts when it is gone. */
    WORKER_TERMINATED,
    /** The server gets SIGKILL and starts again on its files. */
    QUEUE_KILLED,
    /** FLUSHALL: stream, group, leases and dead letters are gone. */
    QUEUE_FLUSHED,
    /** The server gets SIGKILL, and its replica is promoted. */
    QUEUE_FAILED_OVER,
    /** CLIENT KILL on every connection. */
    CLIENTS_KILLED,
    /** Every connection of one worker to the server is reset. */
    CONNECTIONS_CUT,
    /** One worker's connections to the server transport nothing for longer than the lease. */
    NETWORK_STALLED,
    /** The gateway's port is closed. */
    GATEWAY_REFUSING,
    /** The gateway answers 500, 502, 503 or 429. */
    GATEWAY_ERRORS,
    /** The gateway takes its time. */
    GATEWAY_SLOW,
    /** The gateway closes connections before it has read the request. */
    REQUEST_UNREAD,
    /** The gateway closes connections after it has read the request, without having heeded it. */
    REQUEST_DROPPED,
    /** The gateway heeds requests and closes their connections in place of an answer. */
    ANSWER_LOST,
    /** The gateway commits runs and cancels long after it has changed the queue. */
    COMMIT_LATE,
    /** The workers' disk is full. */
    DISK_FULL,
    /** A run is cancelled right after it was ordered. */
    CANCELLED_AT_ONCE,
    /** A run is cancelled when a worker has asked about it. */
    CANCELLED_AT_START,
    /** A run is cancelled when it has told progress. */
    CANCELLED_IN_PROGRESS,
    /** A run is cancelled about when its result is stored. */
    CANCELLED_AT_END,
    /** Entries that are no tasks, without the id of a run. */
    POISON_WITHOUT_ID,
    /** Entries that are no tasks, with the id of a run. */
    POISON_WITH_ID
}
