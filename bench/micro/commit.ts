// A durable commit as a client sees it: one connection, one autocommit UPDATE after the other. The limit is a bare append and fdatasync on
// the same disk, plus a query that does nothing.

import {Connection} from '../client/connection.ts';
import {quantile} from '../report/statistics.ts';
import {Pando} from '../servers/pando.ts';
import {measureSync} from '../system/machine.ts';
import {makeScratch} from '../system/scratch.ts';
import {type Micro, time} from './measure.ts';

const COMMITS = 2000;
const WARMUP = 500;

export async function commitMicros(): Promise<Micro[]> {
  const scratch = makeScratch();
  const server = await Pando.make('pando-1', {scratch, bufferMiB: 64});
  try {
    await server.start();
    const connection = await Connection.open({port: server.ports[0]});
    await connection.query('CREATE DATABASE micro');
    await connection.query('CREATE TABLE micro.one (id INT PRIMARY KEY, n INT NOT NULL)');
    await connection.query('INSERT INTO micro.one VALUES (1, 0)');
    const update = await connection.prepare('UPDATE micro.one SET n = n + 1 WHERE id = ?');
    const nothing = await connection.prepare('DO ?');
    const commit = await medianUs(() => connection.execute(update, [1]));
    const query = await medianUs(() => connection.execute(nothing, [1]));
    await connection.close();
    const {p50} = measureSync(scratch.directory);
    return [
      time(
        'commit over the wire, one connection, p50',
        'us',
        commit,
        p50 + query,
        `bare fdatasync ${p50} us + empty query ${Math.round(query)} us`,
      ),
    ];
  } finally {
    await server.stop();
    scratch.remove();
  }
}

async function medianUs(step: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < WARMUP + COMMITS; i++) {
    const started = performance.now();
    await step();
    if (i >= WARMUP) times.push((performance.now() - started) * 1000);
  }
  return quantile(
    times.sort((a, b) => a - b),
    0.5,
  );
}
