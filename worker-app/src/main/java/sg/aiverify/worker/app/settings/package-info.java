/** Where settings come from: the environment and the file .env, checked by name and by value. */
@NullMarked
package sg.aiverify.worker.app.settings;

import org.jspecify.annotations.NullMarked;
