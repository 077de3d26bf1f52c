package sg.aiverify.worker.chaos;

/** The kinds of faults. */
enum FaultKind {
    /** A worker gets SIGKILL, and another one starts. */
    WORKER_KILLED,
    /** A worker gets SIGSTOP for longer than the lease, then SIGCONT. */
    WORKER_FROZEN,
    /** A worker gets SIGTERM, and another one starts when it has ended. */
    WORKER_TERMINATED,
    /** The server gets SIGKILL and restarts with its files. */
    QUEUE_KILLED,
    /** FLUSHALL: stream, group, leases and dead letters are deleted. */
    QUEUE_FLUSHED,
    /** The server gets SIGKILL, and its replica is promoted. */
    QUEUE_FAILED_OVER,
    /** CLIENT KILL on every connection. */
    CLIENTS_KILLED,
    /** Every connection of one worker to the server is reset. */
    CONNECTIONS_CUT,
    /** The connections of one worker to the server transmit nothing for longer than the lease. */
    NETWORK_STALLED,
    /** The gateway's port is closed. */
    GATEWAY_REFUSING,
    /** The gateway answers 500, 502, 503 or 429. */
    GATEWAY_ERRORS,
    /** The gateway responds slowly. */
    GATEWAY_SLOW,
    /** The gateway closes connections before it has read the request. */
    REQUEST_UNREAD,
    /** The gateway closes connections after it has read the request, without processing it. */
    REQUEST_DROPPED,
    /** The gateway processes requests, and closes their connections instead of a response. */
    ANSWER_LOST,
    /** The gateway commits runs and cancels long after it has changed the queue. */
    COMMIT_LATE,
    /** The workers' disk is full. */
    DISK_FULL,
    /** A run is cancelled right after it was ordered. */
    CANCELLED_AT_ONCE,
    /** A run is cancelled after a worker has requested it. */
    CANCELLED_AT_START,
    /** A run is cancelled after it has reported progress. */
    CANCELLED_IN_PROGRESS,
    /** A run is cancelled at about the time its result is stored. */
    CANCELLED_AT_END,
    /** Entries that are not valid tasks, without the id of a run. */
    POISON_WITHOUT_ID,
    /** Entries that are not valid tasks, with the id of a run. */
    POISON_WITH_ID
}
