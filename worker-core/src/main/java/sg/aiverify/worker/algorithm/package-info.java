/** An extracted algorithm: its files and its metadata. */
@NullMarked
package sg.aiverify.worker.algorithm;

import org.jspecify.annotations.NullMarked;
