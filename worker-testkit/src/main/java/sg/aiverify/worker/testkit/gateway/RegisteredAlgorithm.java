package sg.aiverify.worker.testkit.gateway;

/**
 * An algorithm that the gateway offers.
 *
 * @param gid the plug-in
 * @param cid the algorithm
 * @param hash SHA-256 of its zip, lower-case hex
 */
public record RegisteredAlgorithm(String gid, String cid, String hash) {}
