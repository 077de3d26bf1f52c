/** A plug-in whose algorithm only waits, so that thousands of runs are affordable. */
@org.jspecify.annotations.NullMarked
package sg.aiverify.worker.chaos.light;
