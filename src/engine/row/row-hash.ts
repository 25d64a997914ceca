// The number under which a row is known in the wait table (S8): a hash of its table and primary key. Two rows that meet there queue behind each other, which is
// rare and harmless.

export function rowHash(tableId: number, key: Uint8Array, keyLength: number): number {
  let h = Math.imul(tableId ^ 0x811c9dc5, 0x01000193);
  for (let i = 0; i < keyLength; i++) h = Math.imul(h ^ key[i], 0x01000193);
  return (h ^ (h >>> 15)) >>> 0;
}
