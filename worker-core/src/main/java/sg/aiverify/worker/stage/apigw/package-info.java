/** The modules that use the API gateway: {@code apigw_download}, {@code apigw_upload}, {@code apigw_error_update}. */
@NullMarked
package sg.aiverify.worker.stage.apigw;

import org.jspecify.annotations.NullMarked;
