// A worker thread with everything loaded: it waits to be told what it is, and builds a primary, or the master of a quorum volume, over the real Env.

import {fileURLToPath} from 'node:url';
import type {PrimaryInit} from '../cluster/node/init.ts';
import {Primary} from '../cluster/node/primary.ts';
import type {MasterInit} from '../cluster/volume/master-messages.ts';
import type {ThreadPort} from '../env/threads.ts';
import {threadEnv} from '../os/env.ts';
import {onThreadBirth} from '../os/threads.ts';
import {ROOT} from './places.ts';

onThreadBirth((birth, port) => {
  if (birth.role === 'volume-master') {
    void beginMaster(birth.init as MasterInit, port);
    return;
  }
  if (birth.role !== 'primary') throw new Error(`unknown thread role: ${birth.role}`);
  const init = birth.init as PrimaryInit;
  const env = threadEnv({
    bells: init.memory.bells,
    part: `primary ${init.ordinal}`,
    log: init.log,
    ...(init.rsaKey === undefined ? {} : {rsaKey: init.rsaKey}),
  });
  new Primary(env, init, port).start();
});

/** What a master needs is loaded when there is one: a primary starts without it. What is said to it meanwhile is kept. */
async function beginMaster(init: MasterInit, port: ThreadPort): Promise<void> {
  const early: unknown[] = [];
  let hear = (message: unknown): void => void early.push(message);
  port.listen(message => hear(message));
  const {VolumeMaster} = await import('../cluster/volume/volume-master.ts');
  const {ChildProcesses} = await import('../os/processes.ts');
  const env = threadEnv({bells: init.bells, part: 'volume master', log: init.log});
  const entry = fileURLToPath(new URL('src/cli/main.mjs', ROOT));
  const listen = (handler: (message: unknown) => void): void => {
    hear = handler;
    for (const message of early.splice(0)) handler(message);
  };
  new VolumeMaster(env, init, {post: message => port.post(message), listen}, new ChildProcesses(entry));
}
