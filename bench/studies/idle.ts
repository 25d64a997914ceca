// What a server costs that nobody uses: processor time at rest, and memory of connections that wait.

import {setTimeout as pause} from 'node:timers/promises';
import {Connection} from '../client/connection.ts';
import type {Session} from '../group.ts';
import type {Study} from '../report/result.ts';
import type {Server} from '../servers/server.ts';
import {memoryBytes, processorMs} from '../system/process-stats.ts';
import {Notebook} from './study.ts';

const SERVERS = ['pando-3', 'pando-1', 'mariadb', 'galera-3'];
const SETTLE_MS = 3000;
const IDLE_MS = 10_000;
/** The first connections make pools and caches grow once; the second lot shows what each more costs. */
const FIRST = 3000;
const MORE = 2000;
/** Connections opened at the same time. */
const TOGETHER = 50;

export async function idleStudy(session: Session): Promise<Study> {
  const notebook = new Notebook(session);
  for (const name of SERVERS) {
    await notebook.withStarted(name, async server => {
      await pause(SETTLE_MS);
      const processor = await idleProcessor(server);
      notebook.add({server: name, 'cpu %': processor, 'kB / connection': await connectionKilobytes(server)});
    });
  }
  return {
    name: 'idle',
    title: 'Idle: processor use without any client (% of one core), memory of a waiting connection',
    settings: {idleMs: IDLE_MS, connections: MORE},
    rows: notebook.rows,
    notes: notebook.notes,
  };
}

/** Percent of one core. */
async function idleProcessor(server: Server): Promise<number> {
  const before = processorMs(server.pids);
  await pause(IDLE_MS);
  return ((processorMs(server.pids) - before) / IDLE_MS) * 100;
}

async function connectionKilobytes(server: Server): Promise<number> {
  const connections = await openMany(server, FIRST);
  await pause(SETTLE_MS);
  const before = memoryBytes(server.pids);
  connections.push(...(await openMany(server, MORE)));
  await pause(SETTLE_MS);
  const after = memoryBytes(server.pids);
  await Promise.all(connections.map(connection => connection.close()));
  return (after - before) / MORE / 1000;
}

/** Connections that have run one query each, spread over the ports. */
async function openMany(server: Server, count: number): Promise<Connection[]> {
  const connections: Connection[] = [];
  for (let opened = 0; opened < count; opened += TOGETHER) {
    const some = await Promise.all(
      Array.from({length: Math.min(TOGETHER, count - opened)}, async (_, i) => {
        const connection = await Connection.open({port: server.ports[i % server.ports.length]});
        await connection.query('SELECT 1');
        return connection;
      }),
    );
    connections.push(...some);
  }
  return connections;
}
