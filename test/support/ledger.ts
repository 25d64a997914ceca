// A load that knows what was acknowledged: rows that clients insert through all primaries, and the check that none of them is lost.

import assert from 'node:assert/strict';
import {setTimeout as pause} from 'node:timers/promises';
import type {Connection} from 'mysql2/promise';
import type {Status} from '../../src/cluster/admin/api.ts';
import type {Server} from './server.ts';
import {connect, rows} from './sql.ts';

export async function until(condition: () => boolean | Promise<boolean>, what: string, seconds = 30): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!(await condition())) {
    assert.ok(performance.now() < end, `${what}: not within ${seconds} s`);
    await pause(20);
  }
}

export class Ledger {
  readonly #server: Server;
  readonly acknowledged = new Set<number>();
  #next = 1;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Makes the table. */
  static async open(server: Server): Promise<Ledger> {
    const setup = await connect(server.portOf(1));
    await setup.query('CREATE DATABASE ledger');
    await setup.query('CREATE TABLE ledger.entry (n INT PRIMARY KEY, word VARCHAR(200), KEY (word))');
    await setup.end();
    return new Ledger(server);
  }

  /** Writes until `stop`; every acknowledged number is noted. A client ends when its server does. */
  startClients(count: number): {stop: () => Promise<void>} {
    let going = true;
    const run = async (port: number): Promise<void> => {
      let connection: Connection | undefined;
      try {
        connection = await connect(port, 'ledger');
        connection.on('error', () => {});
        while (going) {
          const n = this.#next++;
          await connection.query('INSERT INTO entry VALUES (?, ?)', [n, `word ${n % 97} ${'x'.repeat(100)}`]);
          this.acknowledged.add(n);
        }
        await connection.end();
      } catch {
        // The server was killed: this client has done its part.
        connection?.destroy();
      }
    };
    const {primaries} = this.#server;
    const clients = Array.from({length: count}, (_, i) => run(this.#server.portOf(1 + (i % primaries))));
    return {
      stop: async () => {
        going = false;
        await Promise.all(clients);
      },
    };
  }

  /** Waits until so many more transactions have been acknowledged. */
  async progress(count: number, what: string): Promise<void> {
    const goal = this.acknowledged.size + count;
    await until(() => this.acknowledged.size >= goal, what);
  }

  async status(): Promise<Status> {
    return (await this.#server.admin('GET', '/status')).body as Status;
  }

  /** All members are whole and lack nothing. */
  allWhole(): Promise<void> {
    return until(async () => {
      const {storageNodes} = await this.status();
      return storageNodes.length === 6 && storageNodes.every(node => node.health === 'whole' && node.lag === 0);
    }, 'all storage nodes are whole');
  }

  /** Everything acknowledged is there, and the volume is in order. */
  async verify(): Promise<void> {
    const connection = await connect(this.#server.portOf(2), 'ledger');
    const found = new Set((await rows(connection, 'SELECT n FROM entry')).map(row => Number(row.n)));
    assert.deepEqual(
      [...this.acknowledged].filter(n => !found.has(n)),
      [],
      'acknowledged and lost',
    );
    assert.deepEqual(await this.#server.check(), []);
    await connection.end();
  }
}
