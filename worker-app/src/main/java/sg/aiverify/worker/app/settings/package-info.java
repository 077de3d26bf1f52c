/** Reads the settings from the environment and the file .env, and checks their names and values. */
@NullMarked
package sg.aiverify.worker.app.settings;

import org.jspecify.annotations.NullMarked;
