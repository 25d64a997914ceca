// What one-thread.mjs begins once loading is fast: the arguments that test/support/server.ts gives to `pando start`.

import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {start} from '../../src/cli/start.ts';
import {BELL_COUNT} from '../../src/cluster/supervisor/options.ts';
import {MAX_NODES} from '../../src/fusion/api.ts';
import {bellBytes} from '../../src/os/bells.ts';
import {threadEnv} from '../../src/os/env.ts';
import type {WorkerThreads} from '../../src/os/threads.ts';
import {LocalVolume} from '../../src/storage/local/local-volume.ts';
import {StreamWords, streamWordsBytes} from '../../src/storage/segment/stream-words.ts';
import {SameThread} from './in-thread.ts';

/** Small, so that streams come to the end of a file, and a start does not look through many megabytes. */
const REDO_FILE_BYTES = 1 << 20;

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

/** Makes the volume with small redo files. */
function makeVolume(directory: string): void {
  const env = threadEnv({bells: new SharedArrayBuffer(bellBytes(BELL_COUNT)), part: 'volume', log: 'none'});
  const words = new StreamWords(new SharedArrayBuffer(streamWordsBytes(MAX_NODES)), 0, MAX_NODES);
  LocalVolume.open(env, {directory, shape: {redoFileSize: REDO_FILE_BYTES}, words}).close();
}

const {primaries, port, 'http-port': httpPort, data, volume, mode, dbp, lbp} = values;
const directory = join(data, 'volume');
if (volume === 'local' && !existsSync(directory)) makeVolume(directory);
await start(
  {primaries, port, httpPort, data, volume, mode, dbp, lbp, host: '127.0.0.1', maxConnections: '1000'},
  new SameThread() as unknown as WorkerThreads,
);
