/** A plug-in as others write it; a test packs it into a jar. */
@org.jspecify.annotations.NullMarked
package sg.aiverify.worker.e2e.module;
