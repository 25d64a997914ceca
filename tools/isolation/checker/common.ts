// Checks and edges that list-append and rw-register share.

import {OpKind, Status, type Transactions, writerOf} from '../history/transactions.ts';
import type {Findings} from './anomaly.ts';

/** Whether the operation is a read of an ok transaction. */
export function isKnownRead(txns: Transactions, op: number): boolean {
  return txns.readStart[op] !== -1;
}

/** Whether the transaction writes nothing. */
export function readOnly(txns: Transactions, txn: number): boolean {
  for (let op = txns.opStart[txn]; op < txns.opStart[txn + 1]; op++) if (txns.opKind[op] === OpKind.write) return false;
  return true;
}

/** For each version: whether its transaction wrote the key again later. */
export function intermediateVersions(txns: Transactions): Uint8Array {
  const intermediate = new Uint8Array(txns.versionKey.length);
  const laterWrite = new Int32Array(txns.keys.length).fill(-1);
  for (let op = txns.opTxn.length - 1; op >= 0; op--) {
    if (txns.opKind[op] !== OpKind.write) continue;
    const key = txns.opKey[op];
    if (laterWrite[key] === txns.opTxn[op]) intermediate[txns.opVersion[op]] = 1;
    laterWrite[key] = txns.opTxn[op];
  }
  return intermediate;
}

/** Versions read by the operation, as an array. */
export function versionsRead(txns: Transactions, op: number): number[] {
  return [...txns.elements.subarray(txns.readStart[op], txns.readEnd[op])];
}

/** Reads of values that were rolled back, never written, or written only later by the reader itself. */
export function checkElements(txns: Transactions, findings: Findings): void {
  const {elements, readStart, readEnd, versionWriter, opTxn, status} = txns;
  for (let op = 0; op < opTxn.length; op++) {
    if (readStart[op] === -1) continue;
    for (let i = readStart[op]; i < readEnd[op]; i++) {
      const writer = versionWriter[elements[i]];
      if (writer === -1) addUnwritten(txns, findings, op, elements[i]);
      else if (status[opTxn[writer]] === Status.fail) addAborted(txns, findings, op, elements[i]);
      else if (writer > op && opTxn[writer] === opTxn[op]) addFuture(txns, findings, op, elements[i]);
    }
  }
}

function addUnwritten(txns: Transactions, findings: Findings, op: number, version: number): void {
  findings.add('unwritten-read', () => ({
    transactions: [txns.opTxn[op]],
    key: txns.opKey[op],
    sentence: `T1 read ${txns.versionValue[version]} from ${keyName(txns, op)}, which no transaction of the history ever wrote`,
    lists: [{label: 'read by T1', versions: versionsRead(txns, op), mark: version}],
  }));
}

function addAborted(txns: Transactions, findings: Findings, op: number, version: number): void {
  findings.add('G1a', () => ({
    transactions: [txns.opTxn[op], writerOf(txns, version)],
    key: txns.opKey[op],
    sentence: `T1 read ${txns.versionValue[version]} from ${keyName(txns, op)}, but T2, which wrote it, was rolled back`,
    lists: [{label: 'read by T1', versions: versionsRead(txns, op), mark: version}],
  }));
}

function addFuture(txns: Transactions, findings: Findings, op: number, version: number): void {
  findings.add('future-read', () => ({
    transactions: [txns.opTxn[op]],
    key: txns.opKey[op],
    sentence: `T1 read ${txns.versionValue[version]} from ${keyName(txns, op)} before it wrote that value itself`,
    lists: [{label: 'read by T1', versions: versionsRead(txns, op), mark: version}],
  }));
}

/** Reads whose last element is a write that its transaction followed by another one to the same key. */
export function checkIntermediate(txns: Transactions, findings: Findings): void {
  const intermediate = intermediateVersions(txns);
  for (let op = 0; op < txns.opTxn.length; op++) {
    if (txns.readStart[op] === -1 || txns.readStart[op] === txns.readEnd[op]) continue;
    const version = txns.elements[txns.readEnd[op] - 1];
    if (intermediate[version] === 0 || writerOf(txns, version) === txns.opTxn[op]) continue;
    findings.add('G1b', () => ({
      transactions: [txns.opTxn[op], writerOf(txns, version)],
      key: txns.opKey[op],
      sentence: `T1 read ${keyName(txns, op)} as it was after T2 wrote ${txns.versionValue[version]}, but T2 wrote the key again before it committed`,
      lists: [{label: 'read by T1', versions: versionsRead(txns, op), mark: version}],
    }));
  }
}

/**
 * Lost update: two or more ok transactions that read the same version of a key from outside and then wrote the key. This is needed besides
 * the cycles, because a write that nobody read has no place in the version order and so no edges.
 */
export function checkLostUpdate(txns: Transactions, findings: Findings): void {
  const groups = new Map<string, number[]>();
  const first = firstOperations(txns);
  for (let op = 0; op < txns.opTxn.length; op++) {
    if (txns.opKind[op] !== OpKind.write || txns.status[txns.opTxn[op]] !== Status.ok) continue;
    const read = first[op];
    if (txns.opKind[read] !== OpKind.read) continue;
    const version = txns.readStart[read] === txns.readEnd[read] ? -1 : txns.elements[txns.readEnd[read] - 1];
    const name = `${txns.opKey[op]} ${version}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [op]);
    else if (txns.opTxn[group[group.length - 1]] !== txns.opTxn[op]) group.push(op);
  }
  for (const group of groups.values()) if (group.length > 1) addLostUpdate(txns, findings, group, first[group[0]]);
}

function addLostUpdate(txns: Transactions, findings: Findings, group: readonly number[], read: number): void {
  findings.add('lost-update', () => {
    const ops = group.slice(0, 3);
    const values = ops.map((op, i) => `T${i + 1} wrote ${txns.versionValue[txns.opVersion[op]]}`);
    const list = versionsRead(txns, read);
    const seen = list.length === 0 ? 'nothing' : `${txns.versionValue[list[list.length - 1]]}`;
    const more = group.length > ops.length ? ` (and ${group.length - ops.length} more did the same)` : '';
    return {
      transactions: ops.map(op => txns.opTxn[op]),
      key: txns.opKey[ops[0]],
      sentence: `${values.map((_, i) => `T${i + 1}`).join(' and ')} ${ops.length === 2 ? 'both' : 'all'} read ${keyName(txns, ops[0])} when its last value was ${seen}, then ${values.join(', ')}${more}: none saw the other`,
      lists: [
        {label: 'read by all', versions: list},
        ...ops.map((op, i) => ({label: `T${i + 1} wrote`, versions: [txns.opVersion[op]]})),
      ],
    };
  });
}

/** For each operation: the first one of its transaction on the same key. What it reads came from outside. */
function firstOperations(txns: Transactions): Int32Array {
  const first = new Int32Array(txns.opTxn.length);
  for (let op = 0; op < first.length; op++) first[op] = txns.opBefore[op] === -1 ? op : first[txns.opBefore[op]];
  return first;
}

export function keyName(txns: Transactions, op: number): string {
  return `key ${txns.keys[txns.opKey[op]]}`;
}
