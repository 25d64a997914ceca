// drizzle: migrations from files as its kit writes them, typed tables, relations (one statement with lateral joins), transactions, and the
// queries by which its kit reads a schema back.

import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {eq, gt, relations, sql} from 'drizzle-orm';
import {bigint, datetime, decimal, int, json, mysqlEnum, mysqlTable, varchar} from 'drizzle-orm/mysql-core';
import {drizzle as drizzleOf, type MySql2Database} from 'drizzle-orm/mysql2';
import {migrate} from 'drizzle-orm/mysql2/migrator';
import {createPool} from 'mysql2/promise';
import {type Client, type Target, Turn} from './client.ts';

const team = mysqlTable('team', {
  id: int('id').primaryKey().autoincrement(),
  name: varchar('name', {length: 30}).notNull(),
  budget: decimal('budget', {precision: 14, scale: 2}),
  colours: json('colours').$type<string[]>(),
});

const player = mysqlTable('player', {
  id: bigint('id', {mode: 'bigint', unsigned: true}).primaryKey().autoincrement(),
  team: int('team').notNull(),
  name: varchar('name', {length: 30}).notNull(),
  place: mysqlEnum('place', ['goal', 'field']).default('field'),
  joined: datetime('joined', {mode: 'string', fsp: 3}),
});

const teamRelations = relations(team, ({many}) => ({players: many(player)}));
const playerRelations = relations(player, ({one}) => ({in: one(team, {fields: [player.team], references: [team.id]})}));
const schema = {team, player, teamRelations, playerRelations};
type Database = MySql2Database<typeof schema>;

const MIGRATIONS: readonly [string, string][] = [
  [
    '0000_make',
    `CREATE TABLE \`team\` (
\t\`id\` int AUTO_INCREMENT NOT NULL,
\t\`name\` varchar(30) NOT NULL,
\t\`colours\` json,
\tCONSTRAINT \`team_id\` PRIMARY KEY(\`id\`),
\tCONSTRAINT \`team_name_unique\` UNIQUE(\`name\`)
);
--> statement-breakpoint
CREATE TABLE \`player\` (
\t\`id\` bigint unsigned AUTO_INCREMENT NOT NULL,
\t\`team\` int NOT NULL,
\t\`name\` varchar(30) NOT NULL,
\t\`place\` enum('goal','field') DEFAULT 'field',
\t\`joined\` datetime(3),
\tCONSTRAINT \`player_id\` PRIMARY KEY(\`id\`)
);
--> statement-breakpoint
ALTER TABLE \`player\` ADD CONSTRAINT \`player_team_team_id_fk\` FOREIGN KEY (\`team\`) REFERENCES \`team\`(\`id\`) ON DELETE no action ON UPDATE no action;`,
  ],
  [
    '0001_change',
    `ALTER TABLE \`team\` ADD \`budget\` decimal(14,2);--> statement-breakpoint
CREATE INDEX \`by_name\` ON \`player\` (\`name\`);`,
  ],
];

/** Writes the folder of migrations that the kit would have made. */
function migrationFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pando-drizzle-'));
  mkdirSync(join(folder, 'meta'));
  const entries = MIGRATIONS.map(([tag], idx) => ({
    idx,
    version: '5',
    when: 1_700_000_000_000 + idx,
    tag,
    breakpoints: true,
  }));
  writeFileSync(join(folder, 'meta', '_journal.json'), JSON.stringify({version: '7', dialect: 'mysql', entries}));
  for (const [tag, text] of MIGRATIONS) writeFileSync(join(folder, `${tag}.sql`), text);
  return folder;
}

async function run({host, ports, database}: Target): Promise<void> {
  const pools = ports.map(port => createPool({host, port, user: 'root', database, connectionLimit: 2}));
  const turn = new Turn(pools.map(pool => drizzleOf(pool, {schema, mode: 'default'})));
  const migrationsFolder = migrationFolder();
  try {
    await migrate(turn.next(), {migrationsFolder});
    await migrate(turn.next(), {migrationsFolder});
    const id = await write(turn);
    await read(turn, id);
    await reflect(turn, database);
  } finally {
    rmSync(migrationsFolder, {recursive: true});
    await Promise.all(pools.map(pool => pool.end()));
  }
}

async function write(turn: Turn<Database>): Promise<number> {
  const [{id}] = await turn
    .next()
    .insert(team)
    .values({name: 'Reds', budget: '1000000000.25', colours: ['red', 'white']})
    .$returningId();
  await turn
    .next()
    .insert(player)
    .values([
      {team: id, name: 'Ann', place: 'goal', joined: '2024-01-02 03:04:05.678'},
      {team: id, name: 'Bob'},
    ]);
  await turn
    .next()
    .insert(team)
    .values({name: 'Reds', budget: '5'})
    .onDuplicateKeyUpdate({set: {budget: sql`budget + values(budget)`}});
  await assert.rejects(
    turn.next().transaction(async tx => {
      await tx.update(player).set({name: 'nobody'});
      await tx.transaction(inner => inner.insert(player).values({team: id, name: 'Eve'}));
      tx.rollback();
    }),
  );
  return id;
}

async function read(turn: Turn<Database>, id: number): Promise<void> {
  const found = await turn.next().query.team.findMany({
    where: eq(team.id, id),
    with: {players: {columns: {name: true, place: true}, orderBy: player.name}},
  });
  assert.deepEqual(found, [
    {
      id,
      name: 'Reds',
      budget: '1000000005.25',
      colours: ['red', 'white'],
      players: [
        {name: 'Ann', place: 'goal'},
        {name: 'Bob', place: 'field'},
      ],
    },
  ]);
  const goal = turn.next().select({team: player.team}).from(player).where(eq(player.place, 'goal')).as('goal');
  const withGoal = await turn
    .next()
    .select({name: team.name, players: sql<number>`count(${player.id})`})
    .from(team)
    .innerJoin(goal, eq(goal.team, team.id))
    .leftJoin(player, eq(player.team, team.id))
    .groupBy(team.name)
    .having(({players}) => gt(players, 1));
  assert.deepEqual(withGoal, [{name: 'Reds', players: 2}]);
  const prepared = turn
    .next()
    .select({joined: player.joined})
    .from(player)
    .where(eq(player.name, sql.placeholder('name')))
    .prepare();
  assert.deepEqual(await prepared.execute({name: 'Ann'}), [{joined: '2024-01-02 03:04:05.678'}]);
}

/** What the kit asks to find out about columns, keys, references, indexes and views. */
async function reflect(turn: Turn<Database>, database: string): Promise<void> {
  const all = async (query: ReturnType<typeof sql>) =>
    (await turn.next().execute(query))[0] as unknown as Record<string, unknown>[];
  const columns = await all(sql`SELECT * FROM information_schema.columns
    WHERE table_schema = ${database} AND table_name != '__drizzle_migrations' ORDER BY table_name, ordinal_position`);
  assert.deepEqual(
    columns.map(row => `${row['TABLE_NAME']}.${row['COLUMN_NAME']} ${row['COLUMN_TYPE']} ${row['EXTRA']}`.trimEnd()),
    [
      'player.id bigint unsigned auto_increment',
      'player.team int',
      'player.name varchar(30)',
      "player.place enum('goal','field')",
      'player.joined datetime(3)',
      'team.id int auto_increment',
      'team.name varchar(30)',
      'team.colours json',
      'team.budget decimal(14,2)',
    ],
  );
  const keys =
    await all(sql`SELECT table_name, column_name, ordinal_position FROM information_schema.table_constraints t
    LEFT JOIN information_schema.key_column_usage k USING(constraint_name, table_schema, table_name)
    WHERE t.constraint_type = 'PRIMARY KEY' AND table_name != '__drizzle_migrations' AND t.table_schema = ${database} ORDER BY 1`);
  assert.deepEqual(
    keys.map(row => Object.values(row)),
    [
      ['player', 'id', 1],
      ['team', 'id', 1],
    ],
  );
  const references =
    await all(sql`SELECT kcu.TABLE_NAME, kcu.CONSTRAINT_NAME, kcu.COLUMN_NAME, kcu.REFERENCED_TABLE_NAME, kcu.REFERENCED_COLUMN_NAME,
      rc.UPDATE_RULE, rc.DELETE_RULE
    FROM INFORMATION_SCHEMA.KEY_COLUMN_USAGE kcu
    LEFT JOIN information_schema.referential_constraints rc ON kcu.CONSTRAINT_NAME = rc.CONSTRAINT_NAME
    WHERE kcu.TABLE_SCHEMA = ${database} AND kcu.CONSTRAINT_NAME != 'PRIMARY' AND kcu.REFERENCED_TABLE_NAME IS NOT NULL`);
  assert.deepEqual(
    references.map(row => Object.values(row)),
    [['player', 'player_team_team_id_fk', 'team', 'team', 'id', 'NO ACTION', 'NO ACTION']],
  );
  const indexes = await all(sql`SELECT * FROM INFORMATION_SCHEMA.STATISTICS
    WHERE INFORMATION_SCHEMA.STATISTICS.TABLE_SCHEMA = ${database} AND INFORMATION_SCHEMA.STATISTICS.INDEX_NAME != 'PRIMARY'
      AND TABLE_NAME != '__drizzle_migrations' ORDER BY INDEX_NAME`);
  assert.deepEqual(
    indexes.map(row => `${row['TABLE_NAME']} ${row['INDEX_NAME']} ${row['COLUMN_NAME']} ${row['NON_UNIQUE']}`),
    ['player by_name name 1', 'player player_team_team_id_fk team 1', 'team team_name_unique name 0'],
  );
  assert.deepEqual(await all(sql`SELECT * FROM INFORMATION_SCHEMA.VIEWS WHERE table_schema = ${database}`), []);
}

export const drizzle: Client = {name: 'drizzle', missing: () => undefined, run};
