/** Tests of the pages in docs/: their samples are run, their lists are compared with the code. */
@org.jspecify.annotations.NullMarked
package sg.aiverify.worker.docs;
