/** Checks of everything that the worker needs, each with what to do about it. */
@NullMarked
package sg.aiverify.worker.app.doctor;

import org.jspecify.annotations.NullMarked;
