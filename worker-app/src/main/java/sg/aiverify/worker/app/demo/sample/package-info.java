/** The content of the demonstration, based on the testkit. It is in a separate jar that only {@code demo} loads. */
@NullMarked
package sg.aiverify.worker.app.demo.sample;

import org.jspecify.annotations.NullMarked;
