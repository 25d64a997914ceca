// knex: its migrations with their lock table, its schema builder, its query builder, transactions, and what it says about columns.

import assert from 'node:assert/strict';
import knexOf, {type Knex} from 'knex';
import {type Client, type Target, Turn} from './client.ts';

const steps: Readonly<Record<string, Knex.Migration>> = {
  '1-make': {
    up: async knex => {
      await knex.schema.createTable('author', table => {
        table.increments('id');
        table.string('name', 80).notNullable().unique();
        table.timestamps(true, true);
      });
      await knex.schema.createTable('book', table => {
        table.increments('id');
        table.integer('author_id').unsigned().notNullable().references('id').inTable('author').onDelete('CASCADE');
        table.string('title').notNullable().index();
        table.decimal('price', 8, 2).defaultTo(0);
        table.json('tags');
        table.enum('state', ['draft', 'printed']).defaultTo('draft');
        table.uuid('code');
      });
    },
    down: async knex => {
      await knex.schema.dropTable('book');
      await knex.schema.dropTable('author');
    },
  },
  '2-change': {
    up: knex =>
      knex.schema.alterTable('book', table => {
        table.text('blurb', 'mediumtext');
        table.renameColumn('title', 'name');
        table.dropColumn('code');
        table.index(['author_id', 'price'], 'by_author_price');
      }),
    down: knex =>
      knex.schema.alterTable('book', table => {
        table.dropColumn('blurb');
        table.renameColumn('name', 'title');
        table.uuid('code');
      }),
  },
};

const migrationSource: Knex.MigrationSource<string> = {
  getMigrations: async () => Object.keys(steps),
  getMigrationName: name => name,
  getMigration: async name => steps[name],
};

async function run({host, ports, database}: Target): Promise<void> {
  const open = (port: number) =>
    knexOf({
      client: 'mysql2',
      connection: {host, port, user: 'root', database},
      pool: {min: 0, max: 2},
      migrations: {migrationSource},
    });
  const all = ports.map(open);
  const turn = new Turn(all);
  try {
    const [, ran] = await turn.next().migrate.latest();
    assert.deepEqual(ran, ['1-make', '2-change']);
    assert.equal(await turn.next().migrate.currentVersion(), '2-change');

    const [author] = await turn.next()('author').insert({name: 'Ada'});
    await turn
      .next()('book')
      .insert(
        ['One', 'Two', 'Three'].map((name, i) => ({
          author_id: author,
          name,
          price: i + 0.5,
          tags: JSON.stringify([name]),
        })),
      );
    await turn.next()('book').insert({id: 2, author_id: author, name: 'Two again'}).onConflict('id').merge(['name']);
    const joined = await turn
      .next()('book as b')
      .join('author as a', 'a.id', 'b.author_id')
      .where('b.price', '>', 1)
      .orderBy('b.name')
      .select('a.name as author', 'b.name', 'b.price', 'b.tags', 'b.state');
    assert.deepEqual(
      joined.map(row => ({...row})),
      [
        {author: 'Ada', name: 'Three', price: '2.50', tags: ['Three'], state: 'draft'},
        {author: 'Ada', name: 'Two again', price: '1.50', tags: ['Two'], state: 'draft'},
      ],
    );

    await assert.rejects(
      turn.next().transaction(async trx => {
        await trx('author').delete();
        throw new Error('changed my mind');
      }),
      /changed my mind/,
    );
    const counted = await turn.next()('book').count('* as books').first();
    assert.deepEqual({...counted}, {books: 3});
    await assert.rejects(turn.next()('book').insert({author_id: 99, name: 'x'}), {errno: 1452});
    await reflect(turn);
    await rollBack(turn);
  } finally {
    await Promise.all(all.map(knex => knex.destroy()));
  }
}

async function reflect(turn: Turn<Knex>): Promise<void> {
  assert.equal(await turn.next().schema.hasTable('book'), true);
  assert.equal(await turn.next().schema.hasColumn('book', 'code'), false);
  const columns = await turn.next()('book').columnInfo();
  assert.deepEqual(columns['name'], {defaultValue: null, type: 'varchar', maxLength: 255, nullable: false});
  assert.deepEqual(Object.keys(columns), ['id', 'author_id', 'name', 'price', 'tags', 'state', 'blurb']);
}

async function rollBack(turn: Turn<Knex>): Promise<void> {
  await turn.next().migrate.down();
  assert.equal(await turn.next().schema.hasColumn('book', 'title'), true);
  await turn.next().migrate.rollback(undefined, true);
  assert.equal(await turn.next().schema.hasTable('author'), false);
}

export const knex: Client = {name: 'knex', missing: () => undefined, run};
