/** Who is told what becomes of a test run, and how the worker gets on. */
@NullMarked
package sg.aiverify.worker.listener;

import org.jspecify.annotations.NullMarked;
