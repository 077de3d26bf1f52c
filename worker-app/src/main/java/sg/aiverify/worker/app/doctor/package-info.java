/** Checks of everything that the worker needs, each with advice on how to fix a problem. */
@NullMarked
package sg.aiverify.worker.app.doctor;

import org.jspecify.annotations.NullMarked;
