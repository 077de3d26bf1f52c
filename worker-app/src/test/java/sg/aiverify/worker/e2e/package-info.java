/** End-to-end tests of the worker, from the queue to the gateway, with real servers and a real Python. */
@org.jspecify.annotations.NullMarked
package sg.aiverify.worker.e2e;
