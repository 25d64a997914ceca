// A worker thread with everything loaded: it waits to be told what it is, and builds a primary, or the master of a quorum volume, over the real Env.

import {fileURLToPath} from 'node:url';
import type {PrimaryInit} from '../cluster/node/init.ts';
import {Primary} from '../cluster/node/primary.ts';
import type {MasterInit} from '../cluster/volume/master-messages.ts';
import {VolumeMaster} from '../cluster/volume/volume-master.ts';
import {threadEnv} from '../os/env.ts';
import {ChildProcesses} from '../os/processes.ts';
import {onThreadBirth} from '../os/threads.ts';

onThreadBirth((birth, port) => {
  if (birth.role === 'volume-master') {
    const master = birth.init as MasterInit;
    const env = threadEnv({bells: master.bells, part: 'volume master', log: master.log});
    const entry = fileURLToPath(new URL('../cli/main.mjs', import.meta.url));
    new VolumeMaster(env, master, port, new ChildProcesses(entry));
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
