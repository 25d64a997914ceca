// The supervisor over a real volume, with threads that die as they are told to and a clock that jumps to the next timer.

import assert from 'node:assert/strict';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';
import type {Clock} from '../../env/clock.ts';
import type {Thread, ThreadEvents, Threads} from '../../env/threads.ts';
import {bellBytes} from '../../os/bells.ts';
import {threadEnv} from '../../os/env.ts';
import type {PrimaryInit} from '../node/init.ts';
import {BELL_COUNT} from './options.ts';
import {DEATHS_MAX} from './restarts.ts';
import {Supervisor} from './supervisor.ts';

const MiB = 1024 * 1024;

/** Timers fire in order of their time, one in each turn, without waiting. */
class JumpingClock implements Clock {
  #now = 0;
  readonly #timers: {at: number; fn: () => void}[] = [];

  now(): number {
    return this.#now;
  }

  wallMicros(): number {
    return this.#now * 1000;
  }

  after(ms: number, fn: () => void): {cancel(): void} {
    const timer = {at: this.#now + ms, fn};
    this.#timers.push(timer);
    setImmediate(() => this.#fire());
    return {cancel: () => void (timer.fn = () => {})};
  }

  soon(fn: () => void): void {
    setImmediate(fn);
  }

  #fire(): void {
    this.#timers.sort((a, b) => a.at - b.at);
    const timer = this.#timers.shift();
    if (timer === undefined) return;
    this.#now = Math.max(this.#now, timer.at);
    timer.fn();
  }
}

/** Threads of which some serve and the others die at their start. */
class FakeThreads implements Threads {
  readonly births: {ordinal: number; node: number; at: number}[] = [];
  readonly #happened: string[];
  readonly #clock: Clock;
  readonly #serves: (ordinal: number) => boolean;

  constructor(clock: Clock, serves: (ordinal: number) => boolean, happened: string[]) {
    this.#clock = clock;
    this.#happened = happened;
    this.#serves = serves;
  }

  spawn(_role: string, init: unknown, events: ThreadEvents): Thread {
    const {ordinal, node} = init as PrimaryInit;
    this.births.push({ordinal, node, at: this.#clock.now()});
    this.#happened.push(`primary ${ordinal} is born`);
    setImmediate(() => {
      if (this.#serves(ordinal)) events.message({kind: 'ready', ports: [1]});
      else events.exited(new Error('it dies at its start'));
    });
    return {post: () => {}, terminate: () => void setImmediate(() => events.exited(undefined))};
  }
}

/** What a run leaves: the births, what it failed with, recoveries that nobody has ended, and births and judgements in order. */
interface Outcome {
  readonly births: FakeThreads['births'];
  readonly failure: Error | undefined;
  readonly unfinished: number;
  readonly happened: readonly string[];
}

/** Runs a cluster of two until `isOver`. `onReady` is told of every primary that serves. */
async function run(
  serves: (ordinal: number) => boolean,
  isOver: (births: number, failure: Error | undefined) => boolean,
  onReady: (supervisor: Supervisor, ordinal: number) => void = () => {},
): Promise<Outcome> {
  const directory = mkdtempSync(join(tmpdir(), 'pando-supervisor-'));
  const bells = new SharedArrayBuffer(bellBytes(BELL_COUNT));
  const clock = new JumpingClock();
  const happened: string[] = [];
  const threads = new FakeThreads(clock, serves, happened);
  const trace = {info: (what: string) => void happened.push(what), warn: () => {}, error: () => {}};
  const env = {...threadEnv({bells, part: 'test', log: 'none'}), clock, trace};
  let failure: Error | undefined;
  const options = {
    primaries: 2,
    host: '127.0.0.1',
    port: 0,
    volume: join(directory, 'volume'),
    redoFileSize: MiB,
    dbpBytes: 2 * MiB,
    lbpBytes: 2 * MiB,
    version: 'test',
    log: 'none',
    maxConnections: 10,
  } as const;
  const failed = (error: Error): void => {
    failure = error;
  };
  const supervisor: Supervisor = new Supervisor(env, threads, options, bells, {
    ready: ({ordinal}) => onReady(supervisor, ordinal),
    failed,
  });
  supervisor.start({tls: undefined, rsaKey: undefined});
  while (!isOver(threads.births.length, failure)) await new Promise(done => setImmediate(done));
  const unfinished = supervisor.unfinishedRecoveries;
  supervisor.abandon();
  rmSync(directory, {recursive: true, force: true});
  return {births: threads.births, failure, unfinished, happened};
}

test('when every primary dies at its start, the cluster gives up and says why; no node id is used up', async () => {
  const {births, failure, unfinished} = await run(
    () => false,
    (_births, found) => found !== undefined,
  );
  assert.match(
    String(failure?.message),
    /died 5 times in a row, and no other one serves; the last time: Error: it dies at its start/,
  );
  assert.ok(births.length <= 2 * DEATHS_MAX);
  assert.ok(Math.max(...births.map(birth => birth.node)) <= 2, 'node ids are used again');
  assert.equal(unfinished, 0);
});

test('a primary that dies at its start beside one that serves is tried again, at longer and longer intervals', async () => {
  const {births, failure} = await run(
    ordinal => ordinal === 1,
    count => count >= 10,
  );
  assert.equal(failure, undefined);
  const times = births.filter(birth => birth.ordinal === 2).map(birth => birth.at);
  const pauses = times.slice(1).map((at, i) => at - times[i]);
  assert.ok(pauses[0] < 200, 'the first death is answered at once');
  assert.ok((pauses.at(-1) ?? 0) >= 5000, `pauses ${pauses}`);
  for (let i = 2; i < pauses.length; i++) assert.ok(pauses[i] >= pauses[i - 1]);
});

test('the next life of a primary is begun before the last one is judged, on another node id', async () => {
  let crashes = 0;
  const {births, happened} = await run(
    () => true,
    count => count === 3,
    (supervisor, ordinal) => {
      if (ordinal === 2 && crashes++ === 0) supervisor.crash(2);
    },
  );
  assert.deepEqual(happened, [
    'primary 1 is born',
    'primary 2 is born',
    'primary 2 is born',
    'recovered',
    'recovery finished',
  ]);
  assert.notEqual(births[2].node, births[1].node);
});
