/**
 * The module {@code validate_input}, which checks arguments against the algorithm's schema and adds the schema's
 * defaults.
 */
@NullMarked
package sg.aiverify.worker.stage.validate;

import org.jspecify.annotations.NullMarked;
