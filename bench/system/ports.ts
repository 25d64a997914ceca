// Ports on loopback that nobody uses now. Only such ports are ever opened or connected to.

import {createServer} from 'node:net';

const HOST = '127.0.0.1';
const FIRST = 21_000;
const SPAN = 10_000;
const ATTEMPTS = 100;

/** Given out before in this run: a server that is down for a moment keeps its ports. */
const taken = new Set<number>();

/** The first of `count` consecutive ports that are free. Below the range from which the system picks ports for clients. */
export async function freePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const first = FIRST + Math.floor(Math.random() * SPAN);
    const ports = Array.from({length: count}, (_, i) => first + i);
    if (ports.some(port => taken.has(port))) continue;
    if (!(await Promise.all(ports.map(isFree))).every(Boolean)) continue;
    for (const port of ports) taken.add(port);
    return first;
  }
  throw new Error(`no ${count} consecutive free ports found on ${HOST}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise(done => {
    const probe = createServer();
    probe.once('error', () => done(false));
    probe.listen(port, HOST, () => probe.close(() => done(true)));
  });
}
