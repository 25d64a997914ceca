// Connections that live for one query: connect, log in, SELECT 1, leave. What PHP does all day.

import {Connection} from '../client/connection.ts';
import type {Server} from '../servers/server.ts';
import {loops, Tally} from './clients.ts';
import type {Sample, Workload} from './workload.ts';

export class Churn implements Workload {
  readonly name = 'churn';
  readonly unit = 'connections/s';
  readonly threads = [8];
  readonly settings = {query: 'SELECT 1', login: 'no password, no TLS'};

  async prepare(): Promise<void> {}

  async run(server: Server, threads: number, seconds: number): Promise<Sample> {
    const tally = new Tally();
    const {ports} = server;
    const took = await loops(threads, seconds, async loop => {
      const started = performance.now();
      try {
        const connection = await Connection.open({port: ports[loop % ports.length]});
        await connection.query('SELECT 1');
        await connection.close();
        tally.latencies.add(performance.now() - started);
        tally.done++;
      } catch (error) {
        tally.survive(error);
      }
    });
    return tally.sample(took);
  }
}
