// Asks whether ports can be listened on, before anything is made that a refused start would leave behind.

import {createServer, type Server} from 'node:net';

export interface PortProblem {
  readonly port: number;
  readonly code: string;
  readonly message: string;
}

/** The first of these ports that cannot be had for oneself alone; undefined when all can. Port 0 always can. */
export async function firstBusyPort(host: string, ports: readonly number[]): Promise<PortProblem | undefined> {
  const servers: Server[] = [];
  const problems = await Promise.all(ports.filter(port => port !== 0).map(port => probe(host, port, servers)));
  await Promise.all(servers.map(server => new Promise<void>(done => server.close(() => done()))));
  return problems.find(problem => problem !== undefined);
}

function probe(host: string, port: number, servers: Server[]): Promise<PortProblem | undefined> {
  return new Promise(done => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      done({port, code: error.code ?? 'UNKNOWN', message: error.message}),
    );
    server.listen({host, port, exclusive: true}, () => {
      servers.push(server);
      done(undefined);
    });
  });
}
