// A worker thread with everything loaded: it waits to be told what it is, and builds a primary over the real Env.

import type {PrimaryInit} from '../cluster/node/init.ts';
import {Primary} from '../cluster/node/primary.ts';
import {threadEnv} from '../os/env.ts';
import {onThreadBirth} from '../os/threads.ts';

onThreadBirth((birth, port) => {
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
