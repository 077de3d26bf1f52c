package sg.aiverify.worker.testkit.gateway;

import static org.apiguardian.api.API.Status.STABLE;

import org.apiguardian.api.API;

/**
 * An algorithm that the gateway offers.
 *
 * @param gid the plug-in
 * @param cid the algorithm
 * @param hash SHA-256 of its zip, lower-case hex
 */
@API(status = STABLE, since = "1.0")
public record RegisteredAlgorithm(String gid, String cid, String hash) {}
