// list-append: transactions append unique elements to lists and read whole lists. A read of a list shows its whole past, so the order of
// versions is read off instead of guessed: the longest list read of a key, of which every other read must be a prefix.
//
// Left out: when several acknowledged appends of one key were never read by anybody, their order is unknown and they get no edges.

import {OpKind, Status, type Transactions, writerOf} from '../history/transactions.ts';
import type {Findings} from './anomaly.ts';
import {checkElements, checkIntermediate, checkLostUpdate, keyName, readOnly, versionsRead} from './common.ts';
import {type GraphBuilder, Kind} from './graph.ts';

/** The order of versions of every key. */
export interface Orders {
  /** Versions of key k in order: order[start[k]] .. order[start[k + 1]], without those of failed transactions. */
  readonly start: Int32Array;
  readonly order: Int32Array;
  /** Place of a version in `order`, or -1 when its place is not known. */
  readonly placeOf: Int32Array;
  /** The longest read of each key, or -1. */
  readonly longest: Int32Array;
  /** Reads that are a prefix of the longest one; others have no place in the order. */
  readonly fits: Uint8Array;
}

/** Runs the checks that need no graph, and adds the edges the data imply. */
export function analyzeListAppend(txns: Transactions, findings: Findings, graph: GraphBuilder): void {
  const orders = inferOrders(txns);
  checkElements(txns, findings);
  checkIntermediate(txns, findings);
  checkDuplicates(txns, findings);
  checkOrders(txns, orders, findings);
  checkDirtyUpdates(txns, orders, findings);
  checkInternal(txns, findings);
  checkLostUpdate(txns, findings);
  checkFinalReads(txns, findings);
  addWrites(txns, orders, graph);
  addReads(txns, orders, graph);
}

/** The longest read per key, and what can safely be put behind it. */
export function inferOrders(txns: Transactions): Orders {
  const keys = txns.keys.length;
  const longest = longestReads(txns);
  const leftOver = singleLeftOver(txns, longest);
  const start = new Int32Array(keys + 1);
  const order: number[] = [];
  const placeOf = new Int32Array(txns.versionKey.length).fill(-1);
  for (let key = 0; key < keys; key++) {
    start[key] = order.length;
    const read = longest[key];
    const versions = read === -1 ? [] : versionsRead(txns, read);
    if (leftOver[key] >= 0) versions.push(leftOver[key]);
    for (const version of versions) {
      const writer = writerOf(txns, version);
      if (placeOf[version] !== -1 || writer === -1 || txns.status[writer] === Status.fail) continue;
      placeOf[version] = order.length;
      order.push(version);
    }
  }
  start[keys] = order.length;
  return {start, order: Int32Array.from(order), placeOf, longest, fits: fittingReads(txns, longest)};
}

function longestReads(txns: Transactions): Int32Array {
  const longest = new Int32Array(txns.keys.length).fill(-1);
  const length = (op: number): number => txns.readEnd[op] - txns.readStart[op];
  for (let op = 0; op < txns.opTxn.length; op++) {
    if (txns.readStart[op] === -1) continue;
    const best = longest[txns.opKey[op]];
    if (best === -1 || length(op) > length(best)) longest[txns.opKey[op]] = op;
  }
  return longest;
}

/**
 * Per key, the one append missing from the longest read, if there is exactly one and it was acknowledged: it must come last. -1 when
 * there is none, -2 when there are several or their fate is unknown.
 */
function singleLeftOver(txns: Transactions, longest: Int32Array): Int32Array {
  const seen = new Uint8Array(txns.versionKey.length);
  for (const op of longest) {
    if (op === -1) continue;
    for (let i = txns.readStart[op]; i < txns.readEnd[op]; i++) seen[txns.elements[i]] = 1;
  }
  const left = new Int32Array(txns.keys.length).fill(-1);
  for (let op = 0; op < txns.opTxn.length; op++) {
    const version = txns.opVersion[op];
    const status = txns.status[txns.opTxn[op]];
    if (version === -1 || seen[version] === 1 || status === Status.fail) continue;
    left[txns.opKey[op]] = left[txns.opKey[op]] === -1 && status === Status.ok ? version : -2;
  }
  return left;
}

function fittingReads(txns: Transactions, longest: Int32Array): Uint8Array {
  const {elements, readStart, readEnd, opKey} = txns;
  const fits = new Uint8Array(txns.opTxn.length);
  for (let op = 0; op < fits.length; op++) {
    if (readStart[op] === -1) continue;
    const base = readStart[longest[opKey[op]]];
    const length = readEnd[op] - readStart[op];
    let i = 0;
    while (i < length && elements[readStart[op] + i] === elements[base + i]) i++;
    fits[op] = i === length ? 1 : 0;
  }
  return fits;
}

function checkDuplicates(txns: Transactions, findings: Findings): void {
  const lastReadOf = new Int32Array(txns.versionKey.length).fill(-1);
  for (let op = 0; op < txns.opTxn.length; op++) {
    for (let i = txns.readStart[op]; i >= 0 && i < txns.readEnd[op]; i++) {
      const version = txns.elements[i];
      if (lastReadOf[version] === op) {
        findings.add('duplicate-elements', () => ({
          transactions: [txns.opTxn[op]],
          key: txns.opKey[op],
          sentence: `T1 read ${keyName(txns, op)} with ${txns.versionValue[version]} in it twice, though it was appended once`,
          lists: [{label: 'read by T1', versions: versionsRead(txns, op), mark: version}],
        }));
        break;
      }
      lastReadOf[version] = op;
    }
  }
}

function checkOrders(txns: Transactions, orders: Orders, findings: Findings): void {
  for (let op = 0; op < txns.opTxn.length; op++) {
    if (txns.readStart[op] === -1 || orders.fits[op] === 1) continue;
    const longest = orders.longest[txns.opKey[op]];
    findings.add('incompatible-order', () => {
      const versions = versionsRead(txns, op);
      const other = versionsRead(txns, longest);
      const wrong = versions.find((version, i) => version !== other[i]) as number;
      const same = txns.opTxn[longest] === txns.opTxn[op];
      return {
        transactions: same ? [txns.opTxn[op]] : [txns.opTxn[op], txns.opTxn[longest]],
        key: txns.opKey[op],
        sentence: `T1 read a list of ${keyName(txns, op)} that is not a prefix of the longer one read by ${same ? 'T1 too' : 'T2'}: they are not states of one list`,
        lists: [
          {label: 'read by T1', versions, mark: wrong},
          {label: `read by ${same ? 'T1' : 'T2'}`, versions: other},
        ],
      };
    });
  }
}

function checkDirtyUpdates(txns: Transactions, orders: Orders, findings: Findings): void {
  for (let key = 0; key < txns.keys.length; key++) {
    const read = orders.longest[key];
    if (read === -1) continue;
    let aborted = -1;
    for (let i = txns.readStart[read]; i < txns.readEnd[read]; i++) {
      const version = txns.elements[i];
      const writer = writerOf(txns, version);
      if (writer === -1) continue;
      if (txns.status[writer] === Status.fail) aborted = version;
      else if (aborted !== -1 && txns.status[writer] === Status.ok) {
        addDirtyUpdate(txns, findings, read, aborted, version);
        aborted = -1;
      }
    }
  }
}

function addDirtyUpdate(txns: Transactions, findings: Findings, read: number, aborted: number, version: number): void {
  findings.add('dirty-update', () => ({
    transactions: [writerOf(txns, aborted), writerOf(txns, version)],
    key: txns.opKey[read],
    sentence: `T1 was rolled back, but T2 appended ${txns.versionValue[version]} to ${keyName(txns, read)} behind the ${txns.versionValue[aborted]} of T1`,
    lists: [{label: 'the list', versions: versionsRead(txns, read), mark: aborted}],
  }));
}

/** Reads must contain what the transaction itself read and appended before, in that order. */
function checkInternal(txns: Transactions, findings: Findings): void {
  for (let op = 0; op < txns.opTxn.length; op++) {
    if (txns.readStart[op] === -1 || txns.opBefore[op] === -1 || internallyConsistent(txns, op)) continue;
    const name = readOnly(txns, txns.opTxn[op]) ? 'internal-read-only' : 'internal';
    findings.add(name, () => {
      const expected = expectedList(txns, op);
      return {
        transactions: [txns.opTxn[op]],
        key: txns.opKey[op],
        sentence: `T1 read a list of ${keyName(txns, op)} that does not follow from its own earlier operations on that key`,
        lists: [
          {label: expected.whole ? 'expected' : 'expected, at the end', versions: expected.versions},
          {label: 'read by T1', versions: versionsRead(txns, op)},
        ],
      };
    });
  }
}

/** Compares from the end: own appends since the last own read, then that read. Only as far as the first difference. */
function internallyConsistent(txns: Transactions, op: number): boolean {
  const {opBefore, opKind, opVersion, elements, readStart, readEnd} = txns;
  let end = readEnd[op];
  let before = opBefore[op];
  for (; before !== -1 && opKind[before] === OpKind.write; before = opBefore[before]) {
    if (end === readStart[op] || elements[--end] !== opVersion[before]) return false;
  }
  if (before === -1) return true;
  const length = readEnd[before] - readStart[before];
  if (length !== end - readStart[op]) return false;
  for (let i = 0; i < length; i++) if (elements[readStart[before] + i] !== elements[readStart[op] + i]) return false;
  return true;
}

function expectedList(txns: Transactions, op: number): {versions: number[]; whole: boolean} {
  const appended: number[] = [];
  let before = txns.opBefore[op];
  for (; before !== -1 && txns.opKind[before] === OpKind.write; before = txns.opBefore[before])
    appended.unshift(txns.opVersion[before]);
  return before === -1
    ? {versions: appended, whole: false}
    : {versions: [...versionsRead(txns, before), ...appended], whole: true};
}

/** Final reads must show every acknowledged append that completed before them, and agree with each other. */
function checkFinalReads(txns: Transactions, findings: Findings): void {
  const finals: number[][] = txns.keys.map(() => []);
  for (let op = 0; op < txns.opTxn.length; op++) {
    if (txns.readStart[op] !== -1 && txns.final[txns.opTxn[op]] === 1) finals[txns.opKey[op]].push(op);
  }
  if (finals.every(list => list.length === 0)) return;
  const lastSeenBy = new Int32Array(txns.versionKey.length).fill(-1);
  const appends: number[][] = txns.keys.map(() => []);
  for (let op = 0; op < txns.opTxn.length; op++) if (txns.opVersion[op] !== -1) appends[txns.opKey[op]].push(op);
  finals.forEach((reads, key) => {
    for (const read of reads) {
      for (let i = txns.readStart[read]; i < txns.readEnd[read]; i++) lastSeenBy[txns.elements[i]] = read;
      for (const append of appends[key]) {
        const writer = txns.opTxn[append];
        const missing = lastSeenBy[txns.opVersion[append]] !== read;
        const acknowledged =
          txns.status[writer] === Status.ok && txns.completedAt[writer] < txns.invokedAt[txns.opTxn[read]];
        if (missing && acknowledged) addLostWrite(txns, findings, read, append);
      }
      if (!sameList(txns, reads[0], read)) addDivergent(txns, findings, reads[0], read);
    }
  });
}

function sameList(txns: Transactions, a: number, b: number): boolean {
  const length = txns.readEnd[a] - txns.readStart[a];
  if (length !== txns.readEnd[b] - txns.readStart[b]) return false;
  for (let i = 0; i < length; i++)
    if (txns.elements[txns.readStart[a] + i] !== txns.elements[txns.readStart[b] + i]) return false;
  return true;
}

function addLostWrite(txns: Transactions, findings: Findings, read: number, append: number): void {
  findings.add('lost-write', () => ({
    transactions: [txns.opTxn[append], txns.opTxn[read]],
    key: txns.opKey[read],
    sentence: `T1 appended ${txns.versionValue[txns.opVersion[append]]} to ${keyName(txns, read)} and was acknowledged, but the final read T2 does not show it`,
    lists: [{label: 'read by T2', versions: versionsRead(txns, read)}],
  }));
}

function addDivergent(txns: Transactions, findings: Findings, a: number, b: number): void {
  findings.add('divergent-final-read', () => ({
    transactions: [txns.opTxn[a], txns.opTxn[b]],
    key: txns.opKey[a],
    sentence: `the final reads T1 and T2 of ${keyName(txns, a)} show different lists`,
    lists: [
      {label: 'read by T1', versions: versionsRead(txns, a)},
      {label: 'read by T2', versions: versionsRead(txns, b)},
    ],
  }));
}

/** ww: from the writer of each version to the writer of the next. */
function addWrites(txns: Transactions, orders: Orders, graph: GraphBuilder): void {
  for (let key = 0; key < txns.keys.length; key++) {
    for (let i = orders.start[key] + 1; i < orders.start[key + 1]; i++) {
      graph.add(writerOf(txns, orders.order[i - 1]), writerOf(txns, orders.order[i]), Kind.ww, orders.order[i]);
    }
  }
}

/** wr: from the writer of what a read ends with; rw: to the writer of the next version. */
function addReads(txns: Transactions, orders: Orders, graph: GraphBuilder): void {
  for (let op = 0; op < txns.opTxn.length; op++) {
    if (txns.readStart[op] === -1) continue;
    const txn = txns.opTxn[op];
    let end = txns.readEnd[op];
    while (end > txns.readStart[op] && writerOf(txns, txns.elements[end - 1]) === txn) end--;
    if (end > txns.readStart[op]) addRead(txns, graph, txn, txns.elements[end - 1]);
    if (end < txns.readEnd[op] || orders.fits[op] === 0) continue;
    const next = nextVersion(txns, orders, op);
    if (next === -1) continue;
    graph.add(txn, writerOf(txns, next), readOnly(txns, txn) ? Kind.rw | Kind.readOnly : Kind.rw, next);
  }
}

function addRead(txns: Transactions, graph: GraphBuilder, reader: number, version: number): void {
  const writer = writerOf(txns, version);
  if (writer === -1 || txns.status[writer] === Status.fail) return;
  graph.add(writer, reader, Kind.wr, version);
}

/** The version that follows what the read saw, or -1. Aborted elements at the end of a read are stepped over. */
function nextVersion(txns: Transactions, orders: Orders, op: number): number {
  const key = txns.opKey[op];
  let end = txns.readEnd[op];
  while (end > txns.readStart[op] && orders.placeOf[txns.elements[end - 1]] === -1) end--;
  const place = end === txns.readStart[op] ? orders.start[key] : orders.placeOf[txns.elements[end - 1]] + 1;
  return place < orders.start[key + 1] ? orders.order[place] : -1;
}
