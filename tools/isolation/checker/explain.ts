// Puts findings into words: who the transactions are, one "because" for every edge, and a drawing.

import {NEVER, OpKind, type Transactions} from '../history/transactions.ts';
import {type AnomalyName, type Finding, meaningOf} from './anomaly.ts';
import type {Report} from './check.ts';
import type {Cycle, Step} from './cycles.ts';
import {drawCycle, drawLists, drawTimes} from './draw.ts';
import {Kind} from './graph.ts';

/** One anomaly, ready to print. */
export interface Explanation {
  readonly name: AnomalyName;
  /** What the class means, in one sentence. */
  readonly meaning: string;
  /** "T1 = ..." for every transaction that takes part. */
  readonly cast: readonly string[];
  /** Why: one sentence per edge, or one for all. */
  readonly because: readonly string[];
  readonly drawing: readonly string[];
}

const OPS_SHOWN = 8;
const LIST_SHOWN = 8;

/** Explanations of all that was kept, plain findings first. */
export function explain(report: Report): Explanation[] {
  const txns = report.transactions;
  return [...report.findings.map(f => explainFinding(txns, f)), ...report.cycles.map(c => explainCycle(txns, c))];
}

/** An explanation as text lines. */
export function explanationLines(explanation: Explanation): string[] {
  const {name, meaning, cast, because, drawing} = explanation;
  return [
    `${name}: ${meaning}.`,
    ...cast.map(line => `  ${line}`),
    ...because.map(line => `  - ${line}.`),
    ...(drawing.length > 0 ? ['', ...drawing] : []),
  ];
}

function explainFinding(txns: Transactions, finding: Finding): Explanation {
  const lists = finding.lists.map(({label, versions, mark}) => ({
    label,
    items: versions.map(version => String(txns.versionValue[version])),
    mark: mark === undefined ? -1 : versions.lastIndexOf(mark),
  }));
  return {
    name: finding.name,
    meaning: meaningOf(finding.name),
    cast: finding.transactions.map((txn, i) => `T${i + 1} = ${transactionText(txns, txn, [finding.key])}`),
    because: [finding.sentence],
    drawing: drawLists(lists),
  };
}

function explainCycle(txns: Transactions, cycle: Cycle): Explanation {
  const members = cycle.steps.map(step => step.source);
  const label = (txn: number): string => `T${members.indexOf(txn) + 1}`;
  const keys = cycle.steps.filter(step => step.via !== -1).map(step => txns.versionKey[step.via]);
  const because = cycle.steps.map((step, i) => {
    const last = i === cycle.steps.length - 1 && i > 0;
    const reason = `${label(step.source)} comes before ${label(step.target)}, because ${reasonOf(txns, step, label)}`;
    return last ? `but ${reason}: a contradiction` : reason;
  });
  const nodes = cycle.steps.map(step => `${label(step.source)}  ${opsText(txns, step.source, keys)}`);
  const edges = cycle.steps.map(step => `${kindName(step.kind)}: ${shortReason(txns, step, label)}`);
  const drawing = drawCycle(nodes, edges);
  if (txns.timed) {
    const interval = (txn: number) => ({
      label: `${label(txn)} p${txns.process[txn]}`,
      from: txns.invokedAt[txn],
      to: txns.completedAt[txn] === NEVER ? Number.POSITIVE_INFINITY : txns.completedAt[txn],
    });
    drawing.push('', ...drawTimes(members.map(interval)));
  }
  return {
    name: cycle.name,
    meaning: meaningOf(cycle.name),
    cast: members.map((txn, i) => `T${i + 1} = ${transactionText(txns, txn, keys)}`),
    because,
    drawing,
  };
}

function kindName(kind: number): string {
  if (kind & Kind.ww) return 'ww';
  if (kind & Kind.wr) return 'wr';
  if (kind & Kind.rw) return 'rw';
  return kind & Kind.process ? 'process' : 'realtime';
}

function reasonOf(txns: Transactions, step: Step, label: (txn: number) => string): string {
  const [from, to] = [label(step.source), label(step.target)];
  if (step.kind & Kind.process) return `process ${txns.process[step.source]} ran ${from} first`;
  if (step.kind & Kind.realtime) {
    return `${from} had completed (event ${txns.completeIndex[step.source]}) before ${to} was invoked (event ${txns.invokeIndex[step.target]})`;
  }
  const value = txns.versionValue[step.via];
  const key = txns.keys[txns.versionKey[step.via]];
  const put = txns.model === 'list-append' ? 'appended' : 'wrote';
  if (step.kind & Kind.ww) return `${to} ${put} ${value} to key ${key} after a value that ${from} had written there`;
  if (step.kind & Kind.wr) return `${from} ${put} ${value} to key ${key}, and ${to} saw it`;
  return `${from} read key ${key} and did not see the ${value} that ${to} ${put} there`;
}

function shortReason(txns: Transactions, step: Step, label: (txn: number) => string): string {
  const [from, to] = [label(step.source), label(step.target)];
  if (step.kind & Kind.process) return `same process, ${from} first`;
  if (step.kind & Kind.realtime) return `${from} ended before ${to} began`;
  const what = `${txns.versionValue[step.via]} in key ${txns.keys[txns.versionKey[step.via]]}`;
  if (step.kind & Kind.ww) return `${to} wrote ${what} over that of ${from}`;
  return step.kind & Kind.wr ? `${to} saw ${what}` : `${from} did not see ${what}`;
}

function transactionText(txns: Transactions, txn: number, keys: readonly number[]): string {
  const status = ['', 'ok', 'fail', 'info'][txns.status[txn]];
  const node = txns.nodes[txn] === undefined ? '' : ` on ${txns.nodes[txn]}`;
  const events = `events ${txns.invokeIndex[txn]}..${txns.completeIndex[txn]}`;
  return `process ${txns.process[txn]}${node}, ${events}, ${status}: ${opsText(txns, txn, keys)}`;
}

/** The operations of a transaction; when there are many, only those on the keys of interest. */
function opsText(txns: Transactions, txn: number, keys: readonly number[]): string {
  const ops: number[] = [];
  const many = txns.opStart[txn + 1] - txns.opStart[txn] > OPS_SHOWN;
  for (let op = txns.opStart[txn]; op < txns.opStart[txn + 1]; op++)
    if (!many || keys.includes(txns.opKey[op])) ops.push(op);
  const shown = ops.slice(0, OPS_SHOWN).map(op => opText(txns, op));
  return shown.join(' ') + (many || ops.length > OPS_SHOWN ? ' ..' : '');
}

function opText(txns: Transactions, op: number): string {
  const key = txns.keys[txns.opKey[op]];
  if (txns.opKind[op] === OpKind.write) {
    return `${txns.model === 'list-append' ? 'append' : 'w'}(${key} ${txns.versionValue[txns.opVersion[op]]})`;
  }
  if (txns.readStart[op] === -1) return `r(${key} ?)`;
  const values = [...txns.elements.subarray(txns.readStart[op], txns.readEnd[op])].map(version =>
    String(txns.versionValue[version]),
  );
  if (txns.model === 'rw-register') return `r(${key} ${values[0] ?? 'nil'})`;
  const shown = values.length <= LIST_SHOWN ? values : [...values.slice(0, 2), '..', ...values.slice(-4)];
  return `r(${key} [${shown.join(' ')}])`;
}

/** The sentence for the whole report. */
export function summaryLines(report: Report): string[] {
  const {transactions: txns, counts, weakestRefuted} = report;
  const lines = [`${txns.count} transactions (${txns.model}), ${report.dependencies} dependencies`];
  if (counts.size === 0) return [...lines, 'no anomaly found'];
  for (const [name, count] of counts) {
    const base = name.replace(/-(process|realtime)$/, '');
    if (base !== name && [...counts.keys()].some(other => other === base)) continue;
    const variants = ['-process', '-realtime'].filter(
      suffix => base === name && [...counts.keys()].some(other => other === base + suffix),
    );
    lines.push(`  ${name} x${count}${variants.length > 0 ? ` (and ${variants.join(', ')})` : ''}: ${meaningOf(name)}`);
  }
  lines.push(
    `refuted: ${weakestRefuted.join(', ')}${weakestRefuted.length > 0 ? ' and everything stronger' : 'none of the levels'}`,
  );
  return lines;
}
