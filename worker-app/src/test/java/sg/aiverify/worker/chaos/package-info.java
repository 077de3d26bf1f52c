/** Worker processes under faults drawn from a seed, and what became of every run, counted. */
@org.jspecify.annotations.NullMarked
package sg.aiverify.worker.chaos;
