// What one-thread.mjs begins once loading is fast: the arguments that test/support/server.ts gives to `pando start`.

import {parseArgs} from 'node:util';
import {start} from '../../src/cli/start.ts';
import type {WorkerThreads} from '../../src/os/threads.ts';
import {SameThread} from './in-thread.ts';

const {values} = parseArgs({
  args: process.argv.slice(3),
  options: {
    primaries: {type: 'string', default: '2'},
    port: {type: 'string', default: '3306'},
    'http-port': {type: 'string', default: '8306'},
    data: {type: 'string', default: 'pando-data'},
    volume: {type: 'string', default: 'local'},
    mode: {type: 'string', default: 'fusion'},
    dbp: {type: 'string', default: '16M'},
    lbp: {type: 'string', default: '8M'},
  },
});
const {primaries, port, 'http-port': httpPort, data, volume, mode, dbp, lbp} = values;
await start(
  {primaries, port, httpPort, data, volume, mode, dbp, lbp, host: '127.0.0.1', maxConnections: '1000'},
  new SameThread() as unknown as WorkerThreads,
);
