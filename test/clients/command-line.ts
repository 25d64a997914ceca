// The `mariadb` command line, statement by statement through the primaries in turn, and `mariadb-dump`, whose dump is loaded through another
// primary into a second database.

import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {type Client, type Target, Turn} from './client.ts';
import {works} from './programs.ts';

/** Runs a program with `input`; gives what it printed. Throws with its complaint when it fails. */
export function pipe(program: string, args: readonly string[], input: string | Uint8Array = ''): Promise<Buffer> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, {timeout: 60_000});
    const out: Buffer[] = [];
    let complaint = '';
    child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
    child.stderr.on('data', bytes => (complaint += bytes));
    child.once('error', fail);
    child.once('close', code => {
      if (code === 0) done(Buffer.concat(out));
      else fail(new Error(`${program} ended with ${code}: ${complaint}`));
    });
    child.stdin.end(input);
  });
}

export function connectionArguments(host: string, port: number): string[] {
  return ['--no-defaults', `--host=${host}`, `--port=${port}`, '--user=root', '--default-character-set=utf8mb4'];
}

const SCRIPT = [
  'CREATE TABLE a (id INT PRIMARY KEY AUTO_INCREMENT, word VARCHAR(20) NOT NULL, raw BLOB, at DATETIME(3), doc JSON, KEY by_word (word))',
  "INSERT INTO a (word, raw, at, doc) VALUES ('tab\\there', x'00ff0a', '2024-01-02 03:04:05.678', '{\"k\": [1, \"ü\"]}'), ('größe', NULL, NULL, NULL)",
  'CREATE TABLE b (a INT NOT NULL, no INT, up INT AS (no + 1) STORED, CONSTRAINT to_a FOREIGN KEY (a) REFERENCES a (id) ON DELETE CASCADE)',
  'INSERT INTO b (a, no) VALUES (1, 10), (1, 20), (2, 30)',
  'ALTER TABLE b ADD COLUMN id INT PRIMARY KEY AUTO_INCREMENT FIRST, ADD CHECK (no > 0)',
  'CREATE VIEW both_of AS SELECT a.word, b.no FROM a JOIN b ON b.a = a.id',
  "UPDATE a SET word = 'changed' WHERE id = 2",
];

async function runCommandLine({host, ports, database}: Target): Promise<void> {
  const turn = new Turn(ports);
  const sql = async (statement: string, ...options: string[]) =>
    (await pipe('mariadb', [...connectionArguments(host, turn.next()), ...options, database], statement)).toString();
  for (const statement of SCRIPT) await sql(statement);
  assert.equal(
    await sql('SELECT * FROM both_of ORDER BY no', '--batch'),
    'word\tno\ntab\\there\t10\ntab\\there\t20\nchanged\t30\n',
  );
  const several = 'SELECT 1 AS x; SELECT NULL AS y;\nDELIMITER //\nSELECT 2 AS z //\n';
  assert.equal(await sql(several, '--batch'), 'x\n1\ny\nNULL\nz\n2\n');
  assert.equal(await sql('SELECT 1', '--table'), '+---+\n| 1 |\n+---+\n| 1 |\n+---+\n');
  assert.match(await sql('status'), /Server version:\s+8\.4\.\S+-Pando/);
  assert.match(
    await sql('SHOW CREATE TABLE b\\G'),
    /CONSTRAINT `to_a` FOREIGN KEY \(`a`\) REFERENCES `a` \(`id`\) ON DELETE CASCADE/,
  );
  assert.equal(
    await sql('SHOW TABLES; DESCRIBE b', '--batch', '--skip-column-names').then(text => text.split('\n')[2]),
    'both_of',
  );
  assert.match(await sql('SELECT * FROM a', '--xml'), /<field name="word">changed<\/field>/);
  await assert.rejects(sql('SELECT * FROM nowhere'), /ERROR 1146 \(42S02\)/);
}

async function runDump({host, ports, database}: Target): Promise<void> {
  const turn = new Turn(ports);
  const sql = (statement: string) => pipe('mariadb', [...connectionArguments(host, turn.next()), database], statement);
  for (const statement of SCRIPT) await sql(statement);
  const dump = (...names: string[]) =>
    pipe('mariadb-dump', [
      ...connectionArguments(host, turn.next()),
      '--single-transaction',
      '--routines',
      '--triggers',
      '--events',
      '--hex-blob',
      '--skip-dump-date',
      ...names,
    ]);
  const first = await dump(database);
  const copy = `${database}_copy`;
  await sql(`CREATE DATABASE ${copy}`);
  await pipe('mariadb', [...connectionArguments(host, turn.next()), copy], first);
  const withoutNames = (text: Buffer): string => text.toString().replaceAll(copy, database);
  assert.equal(withoutNames(await dump(copy)), withoutNames(first));
  assert.match(first.toString(), /INSERT INTO `a` VALUES/);
  await dump('--all-databases');
  assert.match((await dump('--databases', database, copy)).toString(), /CREATE DATABASE .* `\w+_copy`/);
  await sql(`DROP DATABASE ${copy}`);
}

export const commandLine: Client = {
  name: 'mariadb (command line)',
  missing: () => (works('mariadb', '--version') ? undefined : 'the mariadb command line (Debian: mariadb-client)'),
  run: runCommandLine,
};

export const dump: Client = {
  name: 'mariadb-dump',
  missing: () => (works('mariadb-dump', '--version') ? undefined : 'mariadb-dump (Debian: mariadb-client)'),
  run: runDump,
};
