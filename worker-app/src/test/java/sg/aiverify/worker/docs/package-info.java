/** The pages of docs/: what they show is run, what they list is compared with the code. */
@org.jspecify.annotations.NullMarked
package sg.aiverify.worker.docs;
