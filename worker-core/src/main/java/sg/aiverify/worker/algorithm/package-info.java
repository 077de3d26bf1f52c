/** An unpacked algorithm plug-in: its files and what its metadata says. */
@NullMarked
package sg.aiverify.worker.algorithm;

import org.jspecify.annotations.NullMarked;
