/** Version of the messages; a peer that speaks another one is refused (rule V-1 of SPEC.md). */
export const PROTOCOL_VERSION = 1;
/** WebSocket sub-protocol that both sides name in the handshake (rule V-2). */
export const SUBPROTOCOL = 'phasewatch.v1';
