/** Worker processes with random faults from a seed; the end of every run is counted. */
@org.jspecify.annotations.NullMarked
package sg.aiverify.worker.chaos;
