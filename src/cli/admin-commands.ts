// The commands that talk to a running cluster over its admin interface.

import pc from 'picocolors';
import {OperatingError} from '../base/errors.ts';
import type {CheckResult, Outcome, Status} from '../cluster/admin/api.ts';
import {requestHttp} from '../os/http-server.ts';
import {printTable} from './table.ts';

async function ask<T>(method: 'GET' | 'POST', path: string, httpPort: string): Promise<{status: number; value: T}> {
  try {
    const {status, body} = await requestHttp(method, `http://127.0.0.1:${httpPort}${path}`);
    return {status, value: JSON.parse(body) as T};
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OperatingError(
      `no cluster answers on 127.0.0.1:${httpPort} (${reason})`,
      'start one with `npm start`, or name its port with --http-port',
    );
  }
}

/** `pando status` */
export async function status(httpPort: string): Promise<void> {
  const {value} = await ask<Status>('GET', '/status', httpPort);
  const rows = value.primaries.map(primary => [
    String(primary.ordinal),
    primary.role === '' ? primary.state : `${primary.state}, ${primary.role}`,
    [...primary.ports].sort((a, b) => a - b).join(', '),
    String(primary.sessions),
    primary.transactionsPerSecond.toFixed(0),
    String(primary.pageTransfers),
    `${(primary.dbpHitRate * 100).toFixed(1)} %`,
    String(primary.lockWaits),
    String(primary.logForces),
    String(primary.historyLength),
  ]);
  console.log(`Pando ${value.version}`);
  console.log(
    printTable(
      [
        'primary',
        'state',
        'ports',
        'sessions',
        'trx/s',
        'page transfers',
        'dbp hits',
        'lock waits',
        'log forces',
        'history',
      ],
      rows,
    ),
  );
  if (value.unfinishedRecoveries > 0) console.log(pc.yellow(`${value.unfinishedRecoveries} recoveries are under way`));
  if (value.storageNodes.length > 0) {
    printStorage(value.storageNodes);
    return;
  }
  const storage = value.storage;
  console.log(
    `volume: ${storage.image_slots - storage.image_slots_free} pages, ${storage.redo_files} redo files, ${storage.pages_damaged} damaged pages`,
  );
}

function printStorage(nodes: Status['storageNodes']): void {
  const rows = nodes.map(({node, zone, address, health, lag, counters}) => [
    String(node),
    zone,
    address,
    health,
    String(lag),
    String(counters['pages'] ?? 0),
    String(counters['log_files'] ?? 0),
    `${counters['rebuilds'] ?? 0} / ${counters['page_repairs'] ?? 0}`,
  ]);
  const head = ['storage node', 'zone', 'address', 'health', 'lag', 'pages', 'log files', 'rebuilds / pages repaired'];
  console.log(printTable(head, rows));
  printReplicas(nodes);
}

/** The segment-complete LSN of every replica: a line for each stream in each protection group. */
function printReplicas(nodes: Status['storageNodes']): void {
  const rows = (nodes[0]?.replicas ?? []).map(({pg, incarnation}, i) => [
    String(pg),
    String(incarnation),
    ...nodes.map(({replicas}) => `${replicas[i].scl}${replicas[i].lag > 0 ? ` (-${replicas[i].lag})` : ''}`),
  ]);
  console.log(printTable(['group', 'stream', ...nodes.map(({node}) => `SCL on node ${node}`)], rows));
}

/** `pando storage-replace`, `pando storage-revert` */
export async function storageAction(
  action: 'replace' | 'revert',
  node: string,
  httpPort: string,
  newPlace?: string,
): Promise<void> {
  const query = newPlace === undefined ? '' : `?with=${encodeURIComponent(newPlace)}`;
  const {value} = await ask<Outcome>('POST', `/storage/${action}/${encodeURIComponent(node)}${query}`, httpPort);
  if (!value.ok) throw new OperatingError(value.message, 'see `pando status`');
  console.log(value.message);
}

/** `pando check` */
export async function check(httpPort: string): Promise<void> {
  const {value} = await ask<CheckResult>('POST', '/check', httpPort);
  for (const repair of value.repaired) console.log(pc.yellow(`repaired: ${repair}`));
  for (const violation of value.violations) console.log(pc.red(violation));
  const verdict = value.violations.length === 0 ? pc.green('clean') : pc.red(`${value.violations.length} violations`);
  console.log(`${value.tables} tables, ${value.rows} rows: ${verdict}`);
  if (value.violations.length > 0) process.exitCode = 1;
}

/** `pando crash | stop-primary | start-primary` */
export async function primaryAction(action: string, primary: string, httpPort: string): Promise<void> {
  const {value} = await ask<Outcome>('POST', `/primaries/${action}/${encodeURIComponent(primary)}`, httpPort);
  if (!value.ok) throw new OperatingError(value.message, 'see `pando status`');
  console.log(value.message);
}
