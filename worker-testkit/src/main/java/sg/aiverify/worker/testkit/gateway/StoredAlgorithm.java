package sg.aiverify.worker.testkit.gateway;

import com.google.gson.JsonElement;

/** An algorithm with what the gateway keeps of it. */
record StoredAlgorithm(RegisteredAlgorithm name, byte[] zip, JsonElement inputSchema, JsonElement outputSchema) {}
