package sg.aiverify.worker.testkit.gateway;

import com.google.gson.JsonElement;

/** An algorithm as the gateway stores it. */
record StoredAlgorithm(RegisteredAlgorithm name, byte[] zip, JsonElement inputSchema, JsonElement outputSchema) {}
