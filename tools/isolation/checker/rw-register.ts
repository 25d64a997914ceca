// rw-register: transactions write unique values to registers and read single values. Inference is weaker than for lists, because a
// write that is overwritten unseen leaves no trace; but blind writes are what applications do.

import {OpKind, Status, type Transactions, writerOf} from '../history/transactions.ts';
import type {Findings} from './anomaly.ts';
import {checkElements, checkIntermediate, checkLostUpdate, keyName, readOnly} from './common.ts';
import {type Components, componentsOf} from './components.ts';
import {type Graph, type GraphBuilder, Kind} from './graph.ts';
import {NIL, stateRead, versionGraph, versionPairs} from './versions.ts';

/** Runs the checks that need no graph, and adds the edges the data imply. */
export function analyzeRwRegister(
  txns: Transactions,
  findings: Findings,
  graph: GraphBuilder,
  realtimeKeys: boolean,
): void {
  checkElements(txns, findings);
  checkIntermediate(txns, findings);
  checkInternal(txns, findings);
  checkLostUpdate(txns, findings);
  checkFinalReads(txns, findings);
  const versions = versionGraph(txns, versionPairs(txns, realtimeKeys));
  const components = componentsOf(versions, 1);
  const cyclicKeys = checkVersionCycles(txns, versions, components, findings);
  const hasEarlier = new Uint8Array(versions.nodes);
  for (const target of versions.targets) hasEarlier[target] = 1;
  addWrites(txns, versions, cyclicKeys, graph);
  addReads(txns, versions, cyclicKeys, hasEarlier, graph);
}

/** A read must return what the transaction itself last read or wrote. */
function checkInternal(txns: Transactions, findings: Findings): void {
  for (let op = 0; op < txns.opTxn.length; op++) {
    const before = txns.opBefore[op];
    if (txns.readStart[op] === -1 || before === -1) continue;
    const expected = txns.opKind[before] === OpKind.write ? txns.opVersion[before] : stateRead(txns, before);
    const got = stateRead(txns, op);
    if (expected === got) continue;
    findings.add(readOnly(txns, txns.opTxn[op]) ? 'internal-read-only' : 'internal', () => ({
      transactions: [txns.opTxn[op]],
      key: txns.opKey[op],
      sentence: `T1 read ${valueName(txns, got)} from ${keyName(txns, op)}, though its own last operation there showed ${valueName(txns, expected)}`,
      lists: [],
    }));
  }
}

/** After healing, every server must show the same value. */
function checkFinalReads(txns: Transactions, findings: Findings): void {
  const first = new Int32Array(txns.keys.length).fill(-1);
  for (let op = 0; op < txns.opTxn.length; op++) {
    if (txns.readStart[op] === -1 || txns.final[txns.opTxn[op]] === 0) continue;
    const key = txns.opKey[op];
    if (first[key] === -1) first[key] = op;
    const other = first[key];
    if (stateRead(txns, other) === stateRead(txns, op)) continue;
    findings.add('divergent-final-read', () => ({
      transactions: [txns.opTxn[other], txns.opTxn[op]],
      key,
      sentence: `the final read T1 of ${keyName(txns, op)} shows ${valueName(txns, stateRead(txns, other))}, the final read T2 shows ${valueName(txns, stateRead(txns, op))}`,
      lists: [],
    }));
  }
}

function valueName(txns: Transactions, version: number): string {
  return version === NIL ? 'nil' : String(txns.versionValue[version]);
}

/** Reports keys whose versions cannot be ordered; they get no ww and rw edges. */
function checkVersionCycles(
  txns: Transactions,
  versions: Graph,
  components: Components,
  findings: Findings,
): Uint8Array {
  const cyclic = new Uint8Array(txns.keys.length);
  const membersOf = new Map<number, number[]>();
  for (let version = 0; version < versions.nodes; version++) {
    const component = components.of[version];
    if (components.sizes[component] < 2) continue;
    cyclic[txns.versionKey[version]] = 1;
    const members = membersOf.get(component) ?? [];
    members.push(version);
    membersOf.set(component, members);
  }
  for (const members of membersOf.values()) {
    const shown = members.slice(0, 4).filter(version => writerOf(txns, version) !== -1);
    findings.add('cyclic-versions', () => ({
      transactions: [...new Set(shown.map(version => writerOf(txns, version)))],
      key: txns.versionKey[members[0]],
      sentence: `the values ${members.slice(0, 8).map(version => txns.versionValue[version])} of key ${txns.keys[txns.versionKey[members[0]]]} each come before the others`,
      lists: [],
    }));
  }
  return cyclic;
}

function committedOrUnknown(txns: Transactions, txn: number): boolean {
  return txn !== -1 && txns.status[txn] !== Status.fail;
}

/** ww: along the version graph. The versions between the two, if any, only make the chain longer. */
function addWrites(txns: Transactions, versions: Graph, cyclicKeys: Uint8Array, graph: GraphBuilder): void {
  for (let e = 0; e < versions.targets.length; e++) {
    const later = versions.targets[e];
    const from = writerOf(txns, versions.sources[e]);
    const to = writerOf(txns, later);
    if (cyclicKeys[txns.versionKey[later]] === 1) continue;
    if (committedOrUnknown(txns, from) && committedOrUnknown(txns, to)) graph.add(from, to, Kind.ww, later);
  }
}

/** wr from the writer of what was read; rw to the writers of the versions after it. */
function addReads(
  txns: Transactions,
  versions: Graph,
  cyclicKeys: Uint8Array,
  hasEarlier: Uint8Array,
  graph: GraphBuilder,
): void {
  const firstsOf: number[][] = txns.keys.map(() => []);
  for (let version = 0; version < versions.nodes; version++) {
    if (hasEarlier[version] === 0) firstsOf[txns.versionKey[version]].push(version);
  }
  for (let op = 0; op < txns.opTxn.length; op++) {
    if (txns.readStart[op] === -1) continue;
    const txn = txns.opTxn[op];
    const version = stateRead(txns, op);
    if (version !== NIL && committedOrUnknown(txns, writerOf(txns, version))) {
      graph.add(writerOf(txns, version), txn, Kind.wr, version);
    }
    if (cyclicKeys[txns.opKey[op]] === 1 || (version !== NIL && writerOf(txns, version) === txn)) continue;
    const kind = readOnly(txns, txn) ? Kind.rw | Kind.readOnly : Kind.rw;
    const next =
      version === NIL
        ? firstsOf[txns.opKey[op]]
        : versions.targets.subarray(versions.offsets[version], versions.offsets[version + 1]);
    for (const later of next) {
      const writer = writerOf(txns, later);
      if (committedOrUnknown(txns, writer)) graph.add(txn, writer, kind, later);
    }
  }
}
