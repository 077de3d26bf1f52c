/**
 * The settings of the modules for Kubernetes: their declarations, their parsing, and the values for the other packages.
 */
@NullMarked
package sg.aiverify.worker.pipelines.k8s.internal.settings;

import org.jspecify.annotations.NullMarked;
