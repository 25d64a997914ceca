// kysely: its migrator with its lock, its schema and query builders, and its introspection.

import assert from 'node:assert/strict';
import {type Generated, Kysely, MysqlDialect, sql} from 'kysely';
import {type Migration, Migrator} from 'kysely/migration';
import {createPool} from 'mysql2';
import {type Client, type Target, Turn} from './client.ts';

interface Tables {
  person: {id: Generated<number>; name: string; born: string | null; score: string | null};
  pet: {id: Generated<number>; owner: number; name: string; kind: 'cat' | 'dog'};
}

const steps: Readonly<Record<string, Migration>> = {
  '1-make': {
    up: async db => {
      await db.schema
        .createTable('person')
        .addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
        .addColumn('name', 'varchar(50)', column => column.notNull())
        .addColumn('born', 'date')
        .execute();
      await db.schema
        .createTable('pet')
        .addColumn('id', 'integer', column => column.primaryKey().autoIncrement())
        .addColumn('owner', 'integer', column => column.notNull())
        .addColumn('name', 'varchar(50)', column => column.notNull().unique())
        .addColumn('kind', sql`enum('cat','dog')`, column => column.notNull())
        .addForeignKeyConstraint('pet_owner', ['owner'], 'person', ['id'], key => key.onDelete('cascade'))
        .execute();
      await db.schema
        .createView('cats')
        .as(db.selectFrom('pet').selectAll().where('kind', '=', 'cat'))
        .execute();
    },
  },
  '2-change': {
    up: async db => {
      await db.schema.alterTable('person').addColumn('score', 'decimal(10, 3)').execute();
      await db.schema.createIndex('person_name').on('person').columns(['name', 'born']).execute();
    },
    down: async db => {
      await db.schema.dropIndex('person_name').on('person').execute();
      await db.schema.alterTable('person').dropColumn('score').execute();
    },
  },
};

async function run({host, ports, database}: Target): Promise<void> {
  const open = (port: number) => {
    const pool = createPool({host, port, user: 'root', database, connectionLimit: 2, dateStrings: true});
    return new Kysely<Tables>({dialect: new MysqlDialect({pool})});
  };
  const all = ports.map(open);
  const turn = new Turn(all);
  const migrator = () => new Migrator({db: turn.next(), provider: {getMigrations: async () => ({...steps})}});
  try {
    const {error, results} = await migrator().migrateToLatest();
    assert.equal(error, undefined);
    assert.deepEqual(
      results?.map(result => `${result.migrationName} ${result.status}`),
      ['1-make Success', '2-change Success'],
    );
    await writeAndRead(turn);
    await reflect(turn, database);
    const down = await migrator().migrateDown();
    assert.equal(down.error, undefined);
    const [person] = (await turn.next().introspection.getTables()).filter(table => table.name === 'person');
    assert.deepEqual(
      person.columns.map(column => column.name),
      ['id', 'name', 'born'],
    );
  } finally {
    await Promise.all(all.map(db => db.destroy()));
  }
}

async function writeAndRead(turn: Turn<Kysely<Tables>>): Promise<void> {
  const made = await turn
    .next()
    .insertInto('person')
    .values({name: 'Jo', born: '1990-05-06', score: '12.345'})
    .executeTakeFirstOrThrow();
  const owner = Number(made.insertId);
  await turn
    .next()
    .insertInto('pet')
    .values([
      {owner, name: 'Tom', kind: 'cat'},
      {owner, name: 'Rex', kind: 'dog'},
    ])
    .execute();
  await turn
    .next()
    .insertInto('pet')
    .values({owner, name: 'Rex', kind: 'dog'})
    .onDuplicateKeyUpdate({name: 'Max'})
    .execute();
  await turn
    .next()
    .transaction()
    .setIsolationLevel('read committed')
    .execute(trx => trx.updateTable('person').set({score: sql`score + 0.5`}).where('id', '=', owner).execute());
  const pets = await turn
    .next()
    .with('scored', db => db.selectFrom('person').select(['id', 'name', 'score']).where('score', '>', '12'))
    .selectFrom('pet')
    .innerJoin('scored', 'scored.id', 'pet.owner')
    .select([
      'scored.name as owner',
      'scored.score',
      'pet.name',
      sql<number>`row_number() over (order by pet.name)`.as('no'),
    ])
    .orderBy('pet.name')
    .execute();
  assert.deepEqual(
    pets.map(row => ({...row})),
    [
      {owner: 'Jo', score: '12.845', name: 'Max', no: 1},
      {owner: 'Jo', score: '12.845', name: 'Tom', no: 2},
    ],
  );
}

async function reflect(turn: Turn<Kysely<Tables>>, database: string): Promise<void> {
  const tables = await turn.next().introspection.getTables();
  assert.deepEqual(
    tables.map(table => [table.schema, table.name, table.isView]),
    [
      [database, 'cats', true],
      [database, 'person', false],
      [database, 'pet', false],
    ],
  );
  const person = tables.find(table => table.name === 'person');
  assert.deepEqual(
    person?.columns.map(({name, dataType, isNullable, isAutoIncrementing}) => [
      name,
      dataType,
      isNullable,
      isAutoIncrementing,
    ]),
    [
      ['id', 'int', false, true],
      ['name', 'varchar', false, false],
      ['born', 'date', true, false],
      ['score', 'decimal', true, false],
    ],
  );
}

export const kysely: Client = {name: 'kysely', missing: () => undefined, run};
