/** Version of the messages; a peer that speaks another one is refused (rule V-1 of SPEC.md). */
export const PROTOCOL_VERSION = 2;
/** WebSocket sub-protocols, one an encoding, of which the client names those it reads (rule V-2). */
export const SUBPROTOCOLS = { json: 'phasewatch.v2', binary: 'phasewatch.v2.msgpack' } as const;
/** Offered beside them to show a token where no header can be set: this, then the token (rule T-2). */
export const TOKEN_SUBPROTOCOL_PREFIX = 'phasewatch.token.';
