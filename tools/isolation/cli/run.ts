// `run`: a workload against live servers, and the judgement on what they did.

import {closeSync, openSync, writeSync} from 'node:fs';
import type {LevelName} from '../checker/levels.ts';
import {writeJson} from '../history/json.ts';
import type {HistoryEvent} from '../history/types.ts';
import {mysqlServer} from '../runner/mysql2-server.ts';
import {runWorkload} from '../runner/run.ts';
import {isolationNames} from '../runner/sessions.ts';
import {createWorkload, workloadNames} from '../workloads/catalog.ts';
import {type ReadMode, readModes} from '../workloads/workload.ts';
import {parseLevel} from './check.ts';

export interface RunCommand {
  /** Addresses of servers, with commas. */
  readonly urls: string;
  readonly workload: string;
  readonly seconds: number;
  readonly clients: number;
  readonly isolation: string;
  /** The level to judge by; by default what the isolation level of that name promises in InnoDB. */
  readonly level: string | undefined;
  readonly reads: string;
  readonly pause: number;
  readonly hop: number;
  readonly seed: number;
  readonly variables: readonly string[];
  readonly prepared: boolean;
  /** Where to write the history, if anywhere. */
  readonly output: string | undefined;
  readonly password: string | undefined;
}

const TIMEOUT = 20_000;
const PATIENCE = 60_000;

/** What a server that implements InnoDB's levels promises. */
const promised: ReadonlyMap<string, LevelName> = new Map([
  ['READ UNCOMMITTED', 'read-uncommitted'],
  ['READ COMMITTED', 'read-committed'],
  ['REPEATABLE READ', 'strong-innodb-repeatable-read'],
  ['SERIALIZABLE', 'strict-serializable'],
]);

/** Returns the exit code: 0 what was promised holds, 1 it is refuted. @throws Error for unusable options or unreachable servers */
export async function runRun(command: RunCommand, print: (line: string) => void): Promise<number> {
  const isolation = command.isolation.toUpperCase().replaceAll(/[-_]/g, ' ');
  if (!isolationNames.includes(isolation)) throw new Error(`isolation is one of ${isolationNames.join(', ')}`);
  if (!readModes.includes(command.reads as ReadMode)) throw new Error(`reads is one of ${readModes.join(', ')}`);
  const level = parseLevel(command.level ?? (promised.get(isolation) as LevelName));
  const {seed, pause} = command;
  const workload = createWorkload(command.workload, {seed, pause, reads: command.reads as ReadMode});
  if (workload === undefined) throw new Error(`workload is one of ${workloadNames.join(', ')}`);
  const {variables, password, prepared} = command;
  const servers = command.urls
    .split(',')
    .map(url => mysqlServer(url, {isolation, variables, password, prepared, timeout: TIMEOUT}));
  const time = {
    now: () => performance.now(),
    sleep: (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms)),
  };
  const output = command.output === undefined ? undefined : openSync(command.output, 'w');
  const onEvent = (event: HistoryEvent): void => {
    if (output !== undefined) writeSync(output, `${writeJson(event)}\n`);
  };
  const started = time.now();
  const events = await runWorkload(workload, servers, time, {
    clients: command.clients,
    duration: command.seconds * 1000,
    hop: command.hop,
    seed,
    patience: PATIENCE,
    onEvent,
  });
  if (output !== undefined) closeSync(output);
  const count = (type: string): number => events.filter(event => event.type === type).length;
  const seconds = ((time.now() - started) / 1000).toFixed(1);
  print(
    `${workload.name} at ${isolation} on ${servers.map(s => s.name).join(', ')}: ${count('ok')} ok, ${count('fail')} fail, ${count('info')} info in ${seconds} s`,
  );
  const {valid, lines} = workload.check(events, level);
  for (const line of lines) print(line);
  return valid ? 0 : 1;
}
