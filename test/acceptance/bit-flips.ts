// Flips single bits in the files of a real volume, under a running server and under one that was killed: `pando check` names the file and makes good what memory still knows, a start
// that would have to believe a damaged file is refused with its name, and no wrong row is ever read.
//
//   node test/acceptance/bit-flips.ts --rounds 20

import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {Server} from '../support/server.ts';
import {connect, rows} from '../support/sql.ts';

const {values: options} = parseArgs({
  options: {rounds: {type: 'string', default: '20'}, port: {type: 'string'}, rows: {type: 'string', default: '2000'}},
});
const ROWS = Number(options.rows);
const data = mkdtempSync(join(tmpdir(), 'pando-flips-'));
/** Flips that did no harm and were left as they are: they may come to light later. */
const left: {path: string; byte: number; bit: number}[] = [];
const found = {repaired: 0, named: 0, refused: 0, harmless: 0};

function flip(path: string, byte: number, bit: number): void {
  const file = openSync(path, 'r+');
  const one = Buffer.alloc(1);
  readSync(file, one, 0, 1, byte);
  one[0] ^= 1 << bit;
  writeSync(file, one, 0, 1, byte);
  closeSync(file);
}

/** Files of the volume whose bytes are read again, with how many of their bytes have been used at least. */
function targets(): [string, number][] {
  const volume = join(data, 'volume');
  const redo = readdirSync(join(volume, 'redo')).filter(name => /-00000001\.redo$/.test(name));
  return [
    [join(volume, 'volume.json'), statSync(join(volume, 'volume.json')).size],
    [join(volume, 'index.log'), 60],
    [join(volume, 'incarnations.log'), 60],
    [join(volume, 'redo', redo.sort()[0]), 4000],
  ];
}

async function expectRows(server: Server): Promise<void> {
  const connection = await connect(server.portOf(1), 'flips');
  const all = await rows(connection, 'SELECT id, word FROM t ORDER BY id');
  if (all.length !== ROWS || all.some(({id, word}, i) => Number(id) !== i || word !== `word ${i}`))
    throw new Error('the rows are not what they were');
  await connection.end();
}

/** One flip under the running server. */
async function underWork(server: Server, path: string, byte: number, bit: number): Promise<boolean> {
  flip(path, byte, bit);
  const {violations, repaired} = await server.fullCheck();
  const told = [...violations, ...repaired];
  const names = [path, ...left.map(one => one.path)];
  for (const line of told)
    if (!names.some(name => line.includes(name))) throw new Error(`${line} names none of ${names.join(', ')}`);
  if (repaired.length > 0) found.repaired++;
  else if (violations.length > 0) found.named++;
  else found.harmless++;
  await expectRows(server);
  return violations.length > 0;
}

/** Flips back what the refusal names, and starts again; it may name another one then. */
async function undo(server: Server, refusal: string): Promise<void> {
  const i = left.findLastIndex(({path}) => refusal.includes(path));
  if (i < 0) throw new Error(`the refusal names no file that was damaged: ${refusal}`);
  const [{path, byte, bit}] = left.splice(i, 1);
  flip(path, byte, bit);
  try {
    await server.run();
  } catch (error) {
    await undo(server, String(error));
  }
}

/** The same bit again under a server that was killed; it may refuse to start, with the file's name. */
async function atRest(server: Server, path: string, byte: number, bit: number): Promise<void> {
  await server.end('SIGKILL');
  flip(path, byte, bit);
  left.push({path, byte, bit});
  try {
    await server.run();
    found.harmless++;
  } catch (error) {
    found.refused++;
    await undo(server, String(error));
  }
  await expectRows(server);
}

const server = await Server.start({
  primaries: 2,
  data,
  args: ['--dbp', '32M', '--lbp', '8M'],
  ...(options.port === undefined ? {} : {port: Number(options.port)}),
});
try {
  const setup = await connect(server.portOf(1));
  await setup.query('CREATE DATABASE flips');
  await setup.query('CREATE TABLE flips.t (id INT PRIMARY KEY, word VARCHAR(30), KEY (word))');
  const values = Array.from({length: ROWS}, (_, i) => `(${i}, 'word ${i}')`).join(',');
  await setup.query(`INSERT INTO flips.t VALUES ${values}`);
  await setup.end();
  for (let round = 0; round < Number(options.rounds); round++) {
    const places = targets();
    const [path, size] = places[round % places.length];
    const [byte, bit] = [Math.floor(Math.random() * size), Math.floor(Math.random() * 8)];
    // Damaged redo whose pages could be written is not needed any more: the file may be gone.
    if ((await underWork(server, path, byte, bit)) && existsSync(path)) flip(path, byte, bit);
    const [again, place] = [targets()[(round + 1) % places.length], Math.random()];
    await atRest(server, again[0], Math.floor(place * again[1]), bit);
    console.log(`round ${round + 1}: ${JSON.stringify(found)}`);
  }
} finally {
  await server.end('SIGKILL');
  rmSync(data, {recursive: true, force: true});
}
console.log(JSON.stringify(found));
