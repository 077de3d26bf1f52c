/** The module {@code validate_input}: checks arguments against the algorithm's schema and fills its defaults. */
@NullMarked
package sg.aiverify.worker.stage.validate;

import org.jspecify.annotations.NullMarked;
