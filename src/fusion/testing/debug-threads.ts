import {Worker} from 'node:worker_threads';
import {SMALL, World} from './world.ts';
const world = new World({nodes: 3, dbpFrames: 32, directoryEntries: 64, pageSize: SMALL.pageSize});
const storage = new SharedArrayBuffer(50 * 8), bells = new SharedArrayBuffer(256);
const control = new Int32Array(bells);
const start = (node: number): Worker => {
  world.members.join(node, node + 1);
  const w = new Worker(new URL('./hammer-worker.ts', import.meta.url), {workerData: {pmfs: world.memory.descriptor(), node, incarnation: node+1, pages: 50, storage, bells, reportAt: 1000}});
  w.on('error', e => {console.log('ERR', node, e); process.exit(1)});
  return w;
};
const ws = [0,1,2].map(start);
const kill = process.argv[2] === 'kill';
let prev = '';
const dump = () => {
  const {entries} = world.supervisor.directory;
  console.log('STUCK', [...control.slice(16,19)], 'latches');
  for (let b = 0; b < world.memory.layout.bucketCount; b++) { const v = world.memory.words[world.memory.layout.buckets + 2*b]; if (v) console.log('bucket', b, 'latched', v); }
  for (let e = 0; e < 64; e++) { const l = entries.lock(e); const q=[0,1,2].map(n=>entries.get(e,32+n)); if (q.some(x=>x)) console.log('entry', e, 'page', entries.page(e), 'lock', (l&0xffff).toString(2), (l>>16)&3, 'queue', q, 'waiters', entries.get(e,4), 'grants', [0,1,2].map(n=>entries.get(e,48+n))); }
  for (let n=0;n<3;n++) console.log('node', n, 'state', world.memory.words[world.memory.layout.nodes+n*32+1], 'mail', world.memory.words[world.memory.layout.nodes+n*32+16]);
  process.exit(2);
};

let phase = 0, target: number[] = [], same = 0;
const goal = (nodes: number[], k: number) => nodes.map(x => control[16+x] + k);
target = goal([0,1,2], 3000);
setInterval(async () => {
  const now = String([...control.slice(16,19)]);
  same = now === prev ? same + 1 : 0; prev = now;
  if (same > 60) dump();
  if (phase === 0 && target.every((t, i) => control[16+i] >= t)) {
    phase = 1;
    await ws[2].terminate(); world.recover({fusion: {incarnation: 3}} as never);
    for (const node of [0, 1]) Atomics.add(control, node, 1);
    target = goal([0,1], 3000); phase = 2;
  } else if (phase === 2 && target.every((t, i) => control[16+i] >= t)) { console.log('ok', now); process.exit(0); }
}, 50);
