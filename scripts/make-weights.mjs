// Makes the frozen collation tables src/format/value/uca-weights.ts and src/format/value/legacy-weights.ts.
//
//   node scripts/make-weights.mjs <allkeys.txt> <legacy.tsv>
//
// allkeys.txt is the Default Unicode Collation Element Table, version 13.0.0 (Perl's Unicode::Collate brings it).
// legacy.tsv has lines `collation TAB code TAB weight in hex`, made by a MySQL-family server, for
//   utf8mb4_general_ci, codes 0 to 65535 without surrogates:
//     SELECT 'utf8mb4_general_ci', i, HEX(WEIGHT_STRING(CONVERT(CHAR(i USING ucs2) USING utf8mb4) COLLATE utf8mb4_general_ci))
//   latin1_swedish_ci and latin1_general_ci, codes 0 to 255:
//     SELECT 'latin1_swedish_ci', i, HEX(WEIGHT_STRING(CHAR(i USING latin1) COLLATE latin1_swedish_ci))
//
// The tables are part of the index format: index keys on disk are made from them. To make them anew from other data
// means that every index on text must be rebuilt. How they are read is in uca-table.ts and legacy-table.ts.

import {readFileSync, writeFileSync} from 'node:fs';

const [allkeysPath, legacyPath] = process.argv.slice(2);
if (legacyPath === undefined) {
  console.error('usage: node scripts/make-weights.mjs <allkeys.txt> <legacy.tsv>');
  process.exit(1);
}
const folder = new URL('../src/format/value/', import.meta.url);

// --- The byte stream that both tables are packed in.

class Packer {
  bytes = [];
  unsigned(value) {
    let rest = value;
    while (rest >= 128) {
      this.bytes.push((rest & 127) | 128);
      rest >>>= 7;
    }
    this.bytes.push(rest);
  }
  signed(value) {
    this.unsigned(value < 0 ? -value * 2 - 1 : value * 2);
  }
  base64() {
    return Buffer.from(this.bytes).toString('base64');
  }
}

function packedConstant(name, doc, packer) {
  const lines = packer.base64().match(/.{1,100}/g);
  return `/** ${doc} */\nexport const ${name}: string = [\n${lines.map(l => `  '${l}',`).join('\n')}\n].join('');\n`;
}

// --- UCA.

/** First primary weight of the synthesised ("implicit") weights of ideographs and unassigned code points. */
const IMPLICIT = 0xfb00;

/** `[{code, elements: [[primary, secondary, tertiary], ...]}]` of all single code points, ascending. */
function readAllKeys(path) {
  const entries = [];
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const match = /^([0-9A-F]+)\s*;\s*((?:\[[^\]]+\])+)/.exec(line);
    // U+FFFD has a weight outside of the scheme, above all others; here it is an unassigned code point, near the end too.
    if (match === null || match[1] === 'FFFD') continue;
    const elements = [...match[2].matchAll(/\[[.*](\w+)\.(\w+)\.(\w+)/g)].map(m =>
      m.slice(1).map(x => Number.parseInt(x, 16)),
    );
    entries.push({code: Number.parseInt(match[1], 16), elements: joinImplicit(elements)});
  }
  return entries.sort((a, b) => a.code - b.code);
}

/** Two elements that are the halves of an ideograph's implicit weight become one, with primary -codePoint. */
function joinImplicit(elements) {
  const joined = [];
  for (let i = 0; i < elements.length; i++) {
    const [primary, secondary, tertiary] = elements[i];
    if (primary < IMPLICIT) {
      joined.push(elements[i]);
    } else {
      const low = elements[++i][0];
      joined.push([-(((primary & 0x3f) << 15) | (low & 0x7fff)), secondary, tertiary]);
    }
  }
  return joined;
}

const entries = readAllKeys(allkeysPath);
const primaries = [...new Set(entries.flatMap(e => e.elements.map(x => x[0])))]
  .filter(p => p > 0)
  .sort((a, b) => a - b);
const rankOf = new Map(primaries.map((primary, i) => [primary, i + 1]));
rankOf.set(0, 0);

function packEntries(packer) {
  let code = 0;
  let rank = 0;
  for (let i = 0; i < entries.length; ) {
    const run = runLength(i);
    const {elements} = entries[i];
    packer.unsigned((entries[i].code - code) * 2 + (run > 1 ? 1 : 0));
    packer.unsigned(run > 1 ? run : elements.length);
    for (const [primary, secondary, tertiary] of elements) {
      if (run === 1) packer.unsigned(secondary * 64 + tertiary * 2 + (primary < 0 ? 1 : 0));
      if (primary < 0) packer.unsigned(-primary);
      else packer.signed(rankOf.get(primary) - rank);
      if (primary > 0) rank = rankOf.get(primary);
    }
    if (run > 1) rank += run - 1;
    code = entries[i + run - 1].code;
    i += run;
  }
}

/** How many code points from entry `i` on follow each other with one plain element each and successive primaries. */
function runLength(i) {
  const first = entries[i];
  const plain = e =>
    e.elements.length === 1 && e.elements[0][0] > 0 && e.elements[0][1] === 32 && e.elements[0][2] === 2;
  if (!plain(first)) return 1;
  const start = rankOf.get(first.elements[0][0]);
  let n = 1;
  for (; i + n < entries.length; n++) {
    const e = entries[i + n];
    if (e.code !== first.code + n || !plain(e) || rankOf.get(e.elements[0][0]) !== start + n) break;
  }
  return n;
}

function asciiRanks() {
  const ranks = new Set();
  for (const {code, elements} of entries) if (code < 128 && elements[0][0] > 0) ranks.add(rankOf.get(elements[0][0]));
  return [...ranks].sort((a, b) => a - b);
}

function packUca() {
  const packer = new Packer();
  packEntries(packer);
  const space = rankOf.get(entries.find(e => e.code === 32).elements[0][0]);
  const ranks = asciiRanks();
  return `// Generated by scripts/make-weights.mjs; do not edit. Read by uca-table.ts.
//
// Collation elements of Unicode 13.0.0, with primary weights replaced by their ranks. Derived from the Default Unicode
// Collation Element Table, Copyright (c) 2020 Unicode, Inc., used under the Unicode License (unicode.org/terms_of_use.html).

/** Number of different primary weights: ranks run from 1 to this. */
export const UCA_RANKS = ${primaries.length};

/** Rank of the space. */
export const UCA_SPACE_RANK = ${space};

/** Ranks of the primary weights that ASCII characters have, ascending: these get one byte each. */
export const UCA_ASCII_RANKS: string = [
${ranks
  .join(' ')
  .match(/.{1,100}(?: |$)/g)
  .map(l => `  '${l}',`)
  .join('\n')}
].join('');

${packedConstant('UCA_ENTRIES', 'Code points and their elements, as uca-table.ts unpacks them; base64.', packer)}`;
}

// --- Legacy collations.

function readLegacy(path) {
  const tables = new Map();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const [name, code, weight] = line.split('\t');
    if (weight === undefined) continue;
    if (!tables.has(name)) tables.set(name, new Map());
    tables.get(name).set(Number(code), Number.parseInt(weight, 16));
  }
  return tables;
}

/** Pairs (code, weight) that differ from the identity, both as differences. */
function packExceptions(table) {
  const packer = new Packer();
  let code = 0;
  for (const [at, weight] of [...table].sort((a, b) => a[0] - b[0])) {
    if (at === weight) continue;
    packer.unsigned(at - code);
    packer.signed(weight - at);
    code = at;
  }
  return packer;
}

function packLegacy() {
  const tables = readLegacy(legacyPath);
  const constants = [
    ['GENERAL_CI', 'utf8mb4_general_ci', 'utf8mb4_general_ci: weights of code points below 65536.'],
    ['LATIN1_SWEDISH_CI', 'latin1_swedish_ci', 'latin1_swedish_ci: weights of the 256 bytes.'],
    ['LATIN1_GENERAL_CI', 'latin1_general_ci', 'latin1_general_ci: weights of the 256 bytes.'],
  ].map(([name, collation, doc]) => packedConstant(name, doc, packExceptions(tables.get(collation))));
  return `// Generated by scripts/make-weights.mjs; do not edit. Read by legacy-table.ts.
//
// Weights of MySQL's older collations, as asked from a server: only the characters whose weight is not their own code.

${constants.join('\n')}`;
}

writeFileSync(new URL('uca-weights.ts', folder), packUca());
writeFileSync(new URL('legacy-weights.ts', folder), packLegacy());
