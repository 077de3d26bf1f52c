/**
 * The settings of the modules for Kubernetes: their declaration, their parsing, and the values that the other packages use.
 */
@NullMarked
package sg.aiverify.worker.pipelines.k8s.internal.settings;

import org.jspecify.annotations.NullMarked;
