// Where every worker thread begins: it builds a primary over the real Env.

import type {PrimaryInit} from '../cluster/node/init.ts';
import {Primary} from '../cluster/node/primary.ts';
import {threadEnv} from '../os/env.ts';
import {threadBirth} from '../os/threads.ts';

const {birth, port} = threadBirth();
if (birth.role !== 'primary') throw new Error(`unknown thread role: ${birth.role}`);
const init = birth.init as PrimaryInit;
const env = threadEnv({
  bells: init.memory.bells,
  part: `primary ${init.ordinal}`,
  jsonLog: init.jsonLog,
  ...(init.rsaKey === undefined ? {} : {rsaKey: init.rsaKey}),
});
new Primary(env, init, port).start();
