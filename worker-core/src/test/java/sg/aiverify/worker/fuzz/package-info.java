/** Everything that reads what strangers wrote, fed with what nobody would write. */
@org.jspecify.annotations.NullMarked
package sg.aiverify.worker.fuzz;
