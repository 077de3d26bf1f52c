package sg.aiverify.worker.testkit.gateway;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/**
 * An algorithm that the gateway offers.
 *
 * @param gid the id of the plug-in
 * @param cid the id of the algorithm
 * @param hash the SHA-256 of its zip, in lower-case hex
 */
@API(status = STABLE, since = "1.0")
public record RegisteredAlgorithm(String gid, String cid, String hash) {}
