/** A plug-in whose algorithm only takes its time: thousands of runs become affordable. */
@org.jspecify.annotations.NullMarked
package sg.aiverify.worker.chaos.light;
