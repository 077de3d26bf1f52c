/** Secrets in texts, reloaded files and misspelled names, for the worker and the modules that come with it. */
@NullMarked
package sg.aiverify.worker.config.internal;

import org.jspecify.annotations.NullMarked;
