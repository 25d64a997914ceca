// The other end of the bells that `measure.ts` rings: answers each ring with one.

import {workerData} from 'node:worker_threads';
import {AtomicBells} from '../../src/os/bells.ts';

const bells = new AtomicBells(workerData as SharedArrayBuffer);
bells.listen(1, () => bells.ring(0));
// A thread that waits at a bell only would end.
setInterval(() => {}, 60_000);
