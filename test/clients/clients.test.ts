// The clients that people use, each with a script that creates, migrates, writes, reads and reflects a schema, on one primary and on three.
// What a machine lacks is named, and its tests are counted as skipped.

import {after, before, describe, test} from 'node:test';
import {Server} from '../support/server.ts';
import {connect} from '../support/sql.ts';
import type {Client} from './client.ts';
import {commandLine, dump} from './command-line.ts';
import {drizzle} from './drizzle.ts';
import {knex} from './knex.ts';
import {kysely} from './kysely.ts';
import {mariadb} from './mariadb.ts';
import {mysql2} from './mysql2.ts';
import {java, php, python} from './programs.ts';

const clients: readonly Client[] = [commandLine, dump, mysql2, mariadb, knex, drizzle, kysely, php, python, java];

for (const primaries of [1, 3]) {
  describe(`${primaries} ${primaries === 1 ? 'primary' : 'primaries'}`, () => {
    let server: Server;

    before(async () => {
      server = await Server.start({primaries, args: ['--memory']});
    });

    after(() => server?.close());

    for (const client of clients) {
      const missing = client.missing();
      const skip = missing === undefined ? false : `this machine lacks ${missing}`;
      test(client.name, {skip}, async () => {
        const ports = Array.from({length: primaries}, (_, i) => server.portOf(i + 1));
        const database = `of_${client.name.replace(/\W+/g, '_')}`.toLowerCase();
        const maker = await connect(ports[0]);
        await maker.query(`CREATE DATABASE ${database}`);
        maker.destroy();
        await client.run({host: '127.0.0.1', ports, database});
      });
    }
  });
}
