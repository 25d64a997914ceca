// The isolation checker as a command. Exit code 0: what was asked holds; 1: it is refuted; 2: the question could not be answered.

import {parseArgs} from 'node:util';
import {levelNames} from './checker/levels.ts';
import {runCheck} from './cli/check.ts';
import {runRun} from './cli/run.ts';
import {workloadNames} from './workloads/catalog.ts';

const USAGE = `usage:
  main.ts check <history.json | .jsonl | .edn> [--level snapshot-isolation] [--examples 5] [--realtime-keys] [--json]
  main.ts run --url mysql://user@host:port/database[,..] --workload append [--seconds 10] [--clients 8]
              [--isolation "REPEATABLE READ"] [--level ..] [--reads plain|share|update|index] [--pause 5] [--hop 0]
              [--seed 1] [--set name=value ..] [--prepared] [--output history.jsonl]

The password is taken from the URL or from the variable MYSQL_PWD.
levels:    ${levelNames.join(', ')}
workloads: ${workloadNames.join(', ')}`;

function number(text: string, name: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < min || value > max)
    throw new Error(`--${name} must be between ${min} and ${max}`);
  return value;
}

function check(args: string[]): number {
  const {values, positionals} = parseArgs({
    args,
    allowPositionals: true,
    options: {
      level: {type: 'string', default: 'strict-serializable'},
      examples: {type: 'string', default: '5'},
      'realtime-keys': {type: 'boolean', default: false},
      json: {type: 'boolean', default: false},
    },
  });
  if (positionals.length !== 1) throw new Error('check takes one file');
  const {level, json} = values;
  const examples = number(values.examples, 'examples', 1, 1000);
  return runCheck({path: positionals[0], level, json, examples, realtimeKeys: values['realtime-keys']}, line =>
    console.log(line),
  );
}

function run(args: string[]): Promise<number> {
  const {values} = parseArgs({
    args,
    options: {
      url: {type: 'string'},
      workload: {type: 'string', default: 'append'},
      seconds: {type: 'string', default: '10'},
      clients: {type: 'string', default: '8'},
      isolation: {type: 'string', default: 'REPEATABLE READ'},
      level: {type: 'string'},
      reads: {type: 'string', default: 'plain'},
      pause: {type: 'string', default: '5'},
      hop: {type: 'string', default: '0'},
      seed: {type: 'string', default: '1'},
      set: {type: 'string', multiple: true, default: []},
      prepared: {type: 'boolean', default: false},
      output: {type: 'string'},
    },
  });
  if (values.url === undefined) throw new Error('run needs --url');
  const command = {
    urls: values.url,
    workload: values.workload,
    seconds: number(values.seconds, 'seconds', 0.1, 86_400),
    clients: number(values.clients, 'clients', 1, 1000),
    isolation: values.isolation,
    level: values.level,
    reads: values.reads,
    pause: number(values.pause, 'pause', 0, 10_000),
    hop: number(values.hop, 'hop', 0, 1),
    seed: number(values.seed, 'seed', 0, 0xffffffff),
    variables: values.set,
    prepared: values.prepared,
    output: values.output,
    password: process.env.MYSQL_PWD,
  };
  return runRun(command, line => console.log(line));
}

async function main(args: string[]): Promise<number> {
  const [name, ...rest] = args;
  try {
    if (name === 'check') return check(rest);
    if (name === 'run') return await run(rest);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 2;
  }
  console.error(USAGE);
  return 2;
}

process.exitCode = await main(process.argv.slice(2));
