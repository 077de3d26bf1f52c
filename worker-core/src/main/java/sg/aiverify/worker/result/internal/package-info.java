/** Checks a run's output by the gateway's rules, and packs the zip that is uploaded. */
@NullMarked
package sg.aiverify.worker.result.internal;

import org.jspecify.annotations.NullMarked;
