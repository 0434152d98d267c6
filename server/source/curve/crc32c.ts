/**
 * CRC-32C (Castagnoli, reflected polynomial 0x82f63b78), and the mask that TFRecord files keep it under:
 * masked = rotr(crc, 15) + 0xa282ead8, so that the sum of data that holds sums is not a special one.
 * Source: RFC 3720, appendix B.4; tensorflow/core/lib/hash/crc32c.h.
 */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
