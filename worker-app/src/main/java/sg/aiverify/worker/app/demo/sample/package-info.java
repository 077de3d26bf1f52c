/** What the demonstration shows, on the testkit: a jar of its own, which the command {@code demo} alone loads. */
@NullMarked
package sg.aiverify.worker.app.demo.sample;

import org.jspecify.annotations.NullMarked;
