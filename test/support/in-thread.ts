// A whole cluster in the thread of the test: real disk, real sockets, but the primaries run where the test can watch their promises and their memory.

import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {FromPrimary, PrimaryInit} from '../../src/cluster/node/init.ts';
import {Primary} from '../../src/cluster/node/primary.ts';
import {BELL_COUNT} from '../../src/cluster/supervisor/options.ts';
import {Supervisor} from '../../src/cluster/supervisor/supervisor.ts';
import type {Thread, ThreadEvents, Threads} from '../../src/env/threads.ts';
import {bellBytes} from '../../src/os/bells.ts';
import {threadEnv} from '../../src/os/env.ts';

const MiB = 1024 * 1024;

/** "Threads" of the calling thread. They end when they say that they have stopped. */
export class SameThread implements Threads {
  spawn(_role: string, init: unknown, events: ThreadEvents): Thread {
    const birth = init as PrimaryInit;
    let hear: (message: unknown) => void = () => {};
    const port = {
      post: (message: unknown) => void setImmediate(() => events.message(structuredClone(message as FromPrimary))),
      listen: (handler: (message: unknown) => void) => {
        hear = handler;
      },
    };
    setImmediate(() => {
      const env = threadEnv({bells: birth.memory.bells, part: `primary ${birth.ordinal}`, log: 'none'});
      new Primary(env, birth, port).start();
    });
    return {
      post: message => void setImmediate(() => hear(structuredClone(message))),
      terminate: () => void setImmediate(() => events.exited(undefined)),
    };
  }

  /** There is nothing to start ahead. */
  prepare(): void {}

  close(): void {}
}

export interface InThread {
  /** Port of the first primary. */
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts one primary in this thread. */
export async function startInThread(): Promise<InThread> {
  const directory = mkdtempSync(join(tmpdir(), 'pando-in-thread-'));
  const bells = new SharedArrayBuffer(bellBytes(BELL_COUNT));
  const env = threadEnv({bells, part: 'supervisor', log: 'none'});
  const options = {
    primaries: 1,
    host: '127.0.0.1',
    port: 0,
    volume: join(directory, 'volume'),
    redoFileSize: 8 * MiB,
    dbpBytes: 16 * MiB,
    lbpBytes: 16 * MiB,
    version: '8.4.0-Pando-test',
    log: 'none',
    maxConnections: 10_000,
  } as const;
  const {promise, resolve, reject} = Promise.withResolvers<readonly number[]>();
  const events = {ready: (view: {readonly ports: readonly number[]}): void => resolve(view.ports), failed: reject};
  const supervisor = new Supervisor(env, new SameThread(), options, bells, events);
  supervisor.start({tls: undefined, rsaKey: undefined});
  const ports = await promise;
  const stop = (): Promise<void> =>
    new Promise(done => {
      supervisor.stop(5000, () => {
        rmSync(directory, {recursive: true, force: true});
        done();
      });
    });
  return {port: ports[0], stop};
}
