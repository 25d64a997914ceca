// Dumps go from MariaDB to Pando, and from Pando to MariaDB and back, and no byte of the data changes on the way.

import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {findMariadbd, freePorts, type RunningServer, startMariadb} from '../differential/servers.ts';
import {Server} from '../support/server.ts';
import {connectionArguments, pipe} from './command-line.ts';
import {works} from './programs.ts';

const HOST = '127.0.0.1';

/** Every type, NULLs, all bytes, text beyond the BMP, extremes, keys of all kinds, references, generated columns, checks, views. */
const SOURCE = String.raw`
CREATE DATABASE rich CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
USE rich;
CREATE TABLE numbers (id INT PRIMARY KEY AUTO_INCREMENT, t TINYINT, tu TINYINT UNSIGNED, s SMALLINT, m MEDIUMINT UNSIGNED, i INT, b BIGINT,
  bu BIGINT UNSIGNED, d DECIMAL(65,30), d2 DECIMAL(10,0), f FLOAT, g DOUBLE, bits BIT(64), yes BOOL) AUTO_INCREMENT = 100;
INSERT INTO numbers VALUES (1, -128, 255, -32768, 16777215, -2147483648, -9223372036854775808, 18446744073709551615,
  -12345678901234567890123456789012345.123456789012345678901234567890, 9999999999, 1.5, -1.7976931348623157e308, b'1111', TRUE),
  (2, 127, 0, 32767, 0, 2147483647, 9223372036854775807, 0, 0.000000000000000000000000000001, -1, -0.25, 2.2250738585072014e-308, b'0', FALSE),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (0x63, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.1, 0, 0);
CREATE TABLE times (id INT PRIMARY KEY, d DATE, dt DATETIME, dt6 DATETIME(6), ts TIMESTAMP NULL, ts3 TIMESTAMP(3) NULL, t TIME, t6 TIME(6), y YEAR,
  made DATETIME DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP);
INSERT INTO times VALUES (1, '1000-01-01', '1000-01-01 00:00:00', '9999-12-31 23:59:59.999999', '1970-01-01 00:00:01', '2038-01-19 03:14:07.999',
  '-838:59:59', '838:59:58.999999', 1901, '2024-02-29 12:00:00'), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE texts (id BIGINT UNSIGNED PRIMARY KEY, c CHAR(10), v VARCHAR(200) NOT NULL DEFAULT 'it''s', tt TINYTEXT, tx TEXT, mt MEDIUMTEXT, lt LONGTEXT,
  l VARCHAR(50) CHARACTER SET latin1 COLLATE latin1_swedish_ci, a VARCHAR(20) CHARACTER SET ascii, e ENUM('a','b''c','ü'), s SET('x','y','z'),
  n VARCHAR(20) COLLATE utf8mb4_bin, UNIQUE KEY by_v (v), KEY by_l (l, e), KEY by_prefix (tx(20)));
INSERT INTO texts VALUES (1, 'abc', 'tab\tnewline\nreturn\rnul\0quote\'double"back\\slash\Z%_', '', REPEAT('ü', 300), REPEAT('🌳', 20000), REPEAT('long ', 50000),
  'Käse ÿ', 'plain', 'b''c', 'x,z', 'Äa'), (18446744073709551615, '', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (3, 'x ', ' leading', 'a', 'b', 'c', 'd', 'e', 'f', 'ü', '', 'äA');
CREATE TABLE bytes (id INT PRIMARY KEY, b BINARY(4), v VARBINARY(300), tb TINYBLOB, bl BLOB, mb MEDIUMBLOB, lb LONGBLOB);
INSERT INTO bytes VALUES (1, x'00ff', UNHEX('000102030405060708090a0b0c0d0e0f1a5c272260ff'), '', x'00', REPEAT(x'00ff275c0a', 30000), REPEAT(x'80818283', 60000)),
  (2, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE parent (a INT, b VARCHAR(10), note TEXT COMMENT 'free; text', PRIMARY KEY (a, b)) COMMENT = 'it''s the parent';
CREATE TABLE child (id INT PRIMARY KEY, a INT, b VARCHAR(10), self INT, twice INT AS (id * 2) STORED, shout VARCHAR(12) AS (CONCAT(b, '!')) VIRTUAL, CHECK (id > 0),
  KEY by_twice (twice), CONSTRAINT up FOREIGN KEY (a, b) REFERENCES parent (a, b) ON DELETE SET NULL ON UPDATE CASCADE,
  CONSTRAINT around FOREIGN KEY (self) REFERENCES child (id) ON DELETE CASCADE);
INSERT INTO parent VALUES (1, 'x', NULL), (2, 'y', 'text');
INSERT INTO child (id, a, b, self) VALUES (1, 1, 'x', NULL), (2, 2, 'y', 1), (3, NULL, NULL, 3);
CREATE TABLE without_key (v INT, KEY (v));
INSERT INTO without_key VALUES (2), (1), (2), (NULL);
CREATE TABLE empty_one (id INT PRIMARY KEY);
SET sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES');
CREATE TABLE "odd ; name" ("select" INT PRIMARY KEY, "a b" INT);
INSERT INTO "odd ; name" VALUES (1, 2);
CREATE VIEW family AS SELECT p.a, p.note, COUNT(c.id) AS children FROM parent p LEFT JOIN child c ON c.a = p.a AND c.b = p.b GROUP BY p.a, p.b, p.note;
CREATE VIEW a_first AS SELECT * FROM family WHERE children > 0;
`;

const missing = [
  ...(findMariadbd() === undefined ? ['the MariaDB server (Debian: mariadb-server)'] : []),
  ...(works('mariadb-dump', '--version') ? [] : ['mariadb-dump (Debian: mariadb-client)']),
];

describe('dump and load', {skip: missing.length > 0 && `this machine lacks ${missing.join(', ')}`}, () => {
  let maria: RunningServer;
  let pando: Server;
  /** Ports of the primaries in turn: what loads is not what dumps. */
  let ports: readonly number[];

  before(async () => {
    pando = await Server.start({primaries: 3, args: ['--memory']});
    ports = [1, 2, 3].map(primary => pando.portOf(primary));
    maria = await startMariadb(findMariadbd() as string, await freePorts(1, 24_000));
  });

  after(async () => {
    await maria?.stop();
    await pando?.close();
  });

  const run = (port: number, sql: string | Buffer): Promise<Buffer> =>
    pipe('mariadb', [...connectionArguments(HOST, port), '--binary-mode'], sql);

  const dump = (port: number, ...options: string[]): Promise<Buffer> =>
    pipe('mariadb-dump', [...connectionArguments(HOST, port), '--skip-dump-date', ...options]);

  /** All rows of the tables, in a form in which equal bytes are equal. */
  const data = async (port: number, database: string): Promise<string> =>
    (
      await dump(port, '--no-create-info', '--compact', '--skip-extended-insert', '--order-by-primary', database)
    ).toString('latin1');

  /** Rows of a view, and of information_schema where both servers say the same. */
  const asked = async (port: number, database: string): Promise<string> => {
    const questions = [
      'SELECT * FROM family ORDER BY a; SELECT * FROM a_first ORDER BY a',
      'SELECT id, twice, shout FROM child ORDER BY id',
      'SELECT COUNT(*), MIN(v) FROM without_key',
      `SELECT constraint_name, table_name, referenced_table_name, update_rule, delete_rule FROM information_schema.referential_constraints
       WHERE constraint_schema = '${database}' ORDER BY 1`,
      `SELECT table_name, index_name, seq_in_index, column_name, non_unique, sub_part FROM information_schema.statistics
       WHERE table_schema = '${database}' ORDER BY 1, 2, 3`,
      `SELECT table_name, column_name, ordinal_position, is_nullable, character_set_name, collation_name, column_key FROM information_schema.columns
       WHERE table_schema = '${database}' AND table_name NOT IN ('family', 'a_first') ORDER BY 1, 3`,
    ];
    return (
      (await run(port, `USE ${database}; ${questions.join(';\n')};`))
        .toString()
        .replaceAll(database, 'DATABASE')
        // What a foreign key does that says nothing: RESTRICT and NO ACTION are the same, and each server has its word.
        .replaceAll('RESTRICT', 'NO ACTION')
    );
  };

  test('from MariaDB to Pando, with every option that matters', async () => {
    await run(maria.port, SOURCE);
    const dumped = await dump(
      maria.port,
      '--routines',
      '--triggers',
      '--events',
      '--single-transaction',
      '--databases',
      'rich',
    );
    await run(ports[0], dumped);
    assert.equal(await data(ports[1], 'rich'), await data(maria.port, 'rich'));
    assert.equal(await asked(ports[2], 'rich'), await asked(maria.port, 'rich'));
  });

  test('from Pando to MariaDB and back', async () => {
    const dumped = await dump(ports[1], '--routines', '--single-transaction', 'rich');
    await run(maria.port, 'CREATE DATABASE again CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci');
    await pipe('mariadb', [...connectionArguments(HOST, maria.port), '--binary-mode', 'again'], dumped);
    assert.equal(await data(maria.port, 'again'), await data(ports[2], 'rich'));
    assert.equal(await asked(maria.port, 'again'), await asked(ports[0], 'rich'));

    await run(ports[2], 'CREATE DATABASE home CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci');
    const back = await dump(maria.port, '--routines', '--single-transaction', '--hex-blob', 'again');
    await pipe('mariadb', [...connectionArguments(HOST, ports[2]), '--binary-mode', 'home'], back);
    assert.equal(await data(ports[0], 'home'), await data(ports[1], 'rich'));
    assert.equal(await asked(ports[1], 'home'), await asked(ports[2], 'rich'));
  });

  test('a table made by Pando itself, all of its own: from Pando to Pando', async () => {
    await run(
      ports[0],
      String.raw`CREATE DATABASE own; USE own;
      CREATE TABLE a (id INT PRIMARY KEY, doc JSON, at DATETIME(6) DEFAULT (NOW(6)), hidden INT INVISIBLE, KEY secret (at) INVISIBLE);
      INSERT INTO a (id, doc, at, hidden) VALUES (1, '{"a": [1, 2.5, null, "ü🌳\\n"]}', '2024-01-01', 7), (2, NULL, NULL, NULL);
      CREATE VIEW v AS SELECT id, doc->>'$.a[3]' AS text FROM a;`,
    );
    const first = await dump(ports[1], '--single-transaction', 'own');
    await run(ports[2], 'CREATE DATABASE copy');
    await pipe('mariadb', [...connectionArguments(HOST, ports[2]), '--binary-mode', 'copy'], first);
    assert.equal(
      (await dump(ports[0], '--single-transaction', 'copy')).toString().replaceAll('Database: copy', 'Database: own'),
      first.toString(),
    );
    assert.match(first.toString(), /,7\)/);
  });
});
