/** Tests of the strict gateway, one for each rule. */
@NullMarked
package sg.aiverify.worker.testkit.gateway;

import org.jspecify.annotations.NullMarked;
