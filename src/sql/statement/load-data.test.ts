// LOAD DATA LOCAL INFILE: formats, what is wrong in a file, and that it is taken no faster than it is stored.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {check, TestCluster} from '../session/test-cluster.test.ts';
import {LoadLines} from './load-lines.ts';

const cluster = new TestCluster(1);
const a = cluster.connect();

function file(name: string, text: string): void {
  a.files.contents.set(name, Buffer.from(text));
}

/** Reads a text in pieces of this many bytes; NULL is null. */
function lines(
  text: string,
  size: number,
  format: Partial<ConstructorParameters<typeof LoadLines>[0]> = {},
): (string | null)[][] {
  const none = {
    fieldsTerminatedBy: null,
    enclosedBy: null,
    optionallyEnclosed: false,
    escapedBy: null,
    linesStartingBy: null,
    linesTerminatedBy: null,
  };
  const reader = new LoadLines({...none, ...format});
  const found: (string | null)[][] = [];
  const take = (): void => {
    while (reader.next())
      found.push(reader.fields.map(field => (field === null ? null : Buffer.from(field).toString())));
  };
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) {
    reader.add(bytes.subarray(at, at + size));
    take();
  }
  reader.end();
  take();
  return found;
}

test('fields and lines, in pieces of any size', () => {
  const csv = {fieldsTerminatedBy: ',', enclosedBy: '"', linesTerminatedBy: '\r\n'};
  const cases: readonly (readonly [string, Parameters<typeof lines>[2], (string | null)[][]])[] = [
    [
      '1\ta\n2\t\\N\n',
      {},
      [
        ['1', 'a'],
        ['2', null],
      ],
    ],
    ['1\ta\\tb\\\\c\\\nd\n\n3', {}, [['1', 'a\tb\\c\nd'], [''], ['3']]],
    [
      '1,"a ""b"", c"\r\n"2",NULL\r\n3,"NULL"',
      csv,
      [
        ['1', 'a "b", c'],
        ['2', null],
        ['3', 'NULL'],
      ],
    ],
    [
      '1,"two\r\nlines"\r\n2,a\rb\r\n',
      csv,
      [
        ['1', 'two\r\nlines'],
        ['2', 'a\rb'],
      ],
    ],
    [
      'xx>1,2\nno\n>3,4\n',
      {linesStartingBy: '>', fieldsTerminatedBy: ','},
      [
        ['1', '2'],
        ['3', '4'],
      ],
    ],
    ['a||b|c||d::e::', {fieldsTerminatedBy: '||', linesTerminatedBy: '::'}, [['a', 'b|c', 'd'], ['e']]],
    ['a\\N\tNULL\n', {escapedBy: ''}, [['a\\N', null]]],
  ];
  for (const [text, format, expected] of cases) {
    for (const size of [1, 2, 3, 5, 1000])
      assert.deepEqual(lines(text, size, format), expected, `${JSON.stringify(text)} by ${size}`);
  }
});

test('it is off until the server allows it, and files of the server are not read', () => {
  a.ok('CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(20), n INT NOT NULL DEFAULT 7, b VARBINARY(9))');
  file('t', '1\tone\t1\tx\n');
  check(a, [
    ["LOAD DATA LOCAL INFILE 't' INTO TABLE t", 3948],
    ['SET GLOBAL local_infile = 1', 'ok'],
    ["LOAD DATA LOCAL INFILE 'not there' INTO TABLE t", 3948],
    ["LOAD DATA INFILE 't' INTO TABLE t", 1290],
    ["SELECT 1 INTO OUTFILE 'o'", 1290],
    ["SELECT 1 INTO DUMPFILE 'o'", 1290],
    ["LOAD DATA LOCAL INFILE 't' INTO TABLE t", 'ok 1: Records: 1  Deleted: 0  Skipped: 0  Warnings: 0'],
    ['SELECT * FROM t', ['1|one|1|x']],
  ]);
});

test('columns, variables, SET, IGNORE LINES; missing fields are defaults', () => {
  file('csv', 'id;s\n2;two;ignored\n3;three;5\n4\n');
  check(a, [
    [
      "LOAD DATA LOCAL INFILE 'csv' INTO TABLE t FIELDS TERMINATED BY ';' IGNORE 1 LINES (id, s, @x) SET n = id * 10 + LENGTH(@x), b = UPPER(s)",
      'ok 3: Records: 3  Deleted: 0  Skipped: 0  Warnings: 2',
    ],
    ['SELECT * FROM t WHERE id > 1', ['2|two|27|TWO', '3|three|31|THREE', '4|NULL|0|NULL']],
  ]);
});

test('duplicates are passed over, or replace', () => {
  file('d', '1\tagain\t1\t\n9\tnew\t9\t\n');
  check(a, [
    ["LOAD DATA LOCAL INFILE 'd' INTO TABLE t", 'ok 1: Records: 2  Deleted: 0  Skipped: 1  Warnings: 1'],
    ['SELECT s FROM t WHERE id IN (1, 9)', ['one', 'new']],
    ["LOAD DATA LOCAL INFILE 'd' REPLACE INTO TABLE t", 'ok 4: Records: 2  Deleted: 2  Skipped: 0  Warnings: 0'],
    ['SELECT s FROM t WHERE id IN (1, 9)', ['again', 'new']],
  ]);
});

test('what is wrong with a value is a warning; a file that is no text ends the statement, and the session goes on', () => {
  file('w', 'eleven\tx\t\\N\ty\ttoo many\n');
  check(a, [["LOAD DATA LOCAL INFILE 'w' INTO TABLE t", 'ok 1: Records: 1  Deleted: 0  Skipped: 0  Warnings: 3']]);
  assert.deepEqual(a.rows('SELECT * FROM t WHERE id = 0'), ['0|x|0|y']);
  a.files.contents.set(
    'latin',
    Buffer.concat([Buffer.from('20\tcaf\xe9\t1\t\n', 'latin1'), Buffer.alloc(500_000, '21\tx\t1\t\n')]),
  );
  const before = a.rows('SELECT COUNT(*) FROM t');
  check(a, [
    ["LOAD DATA LOCAL INFILE 'latin' INTO TABLE t", 1300],
    ['SELECT COUNT(*) FROM t', before],
    ["LOAD DATA LOCAL INFILE 'latin' INTO TABLE t CHARACTER SET latin1 (id, s)", 'ok 2'],
    ['SELECT s FROM t WHERE id = 20', ['café']],
  ]);
});

test('a large file is taken no faster than it is stored', () => {
  a.ok('CREATE TABLE big (id INT PRIMARY KEY, s VARCHAR(200))');
  const rows = 20_000;
  file('big', Array.from({length: rows}, (_, id) => `${id}\t${'x'.repeat(180)}\n`).join(''));
  a.files.pieceBytes = 64 * 1024;
  let held = 0;
  let most = 0;
  const {send} = a.files;
  a.files.send = (name, receiver) => {
    held = 0;
    const watched = {
      data: (bytes: Uint8Array): boolean => {
        held += bytes.length;
        most = Math.max(most, held);
        return receiver.data(bytes);
      },
      end: () => receiver.end(),
    };
    const request = send.call(a.files, name, watched);
    return (
      request && {
        resume: () => {
          held = 0;
          request.resume();
        },
      }
    );
  };
  check(a, [["LOAD DATA LOCAL INFILE 'big' INTO TABLE big", `ok ${rows}`]]);
  assert.ok(most <= 1 << 21, `${most} bytes`);
  check(a, [['CHECK TABLE big', ['test.big|check|status|OK']]]);
});
