// A small cluster with SQL on top, for tests: real engines over the simulator's disk and clock, SQL sessions called directly.
// (Named .test.ts so that it may import the simulator; it has no tests of its own.)

import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {SqlError} from '../../base/sql-error.ts';
import {ROW} from '../../engine/api.ts';
import {bootstrapSpace} from '../../engine/space/bootstrap.ts';
import {EXTENT_PAGES, MAP_AT, mapPage} from '../../engine/space/space-layout.ts';
import type {Crypto} from '../../env/crypto.ts';
import {Memory} from '../../format/memory.ts';
import {isTreeType, pageTreeId, pageType} from '../../format/page/page.ts';
import {toText} from '../../format/value/domain.ts';
import type {SqlType, Value} from '../../format/value/types.ts';
import {NodeCrypto} from '../../os/crypto.ts';
import {DRIVER, type SimOptions, type SimPrimary, SimWorld} from '../../sim/world.ts';
import {PAGE_FOUND} from '../../storage/api.ts';
import type {ResultColumn} from '../exec/result-column.ts';
import type {RowWirePlans} from '../exec/result-sink.ts';
import type {FileReceiver, FileRequest} from '../statement/load-data.ts';
import type {Reply, StatementClient} from './client.ts';
import type {PreparedStatement} from './prepared.ts';
import type {SqlSession} from './session.ts';
import {SqlServer} from './sql-server.ts';
import {NO_CLUSTER, type SqlWorld} from './sql-world.ts';

/** What one statement answered: rows as texts (NULL is null), or an OK, or an error. */
export interface Answer {
  readonly columns: readonly string[];
  readonly types: readonly SqlType[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly reply: Reply | undefined;
  readonly error: SqlError | undefined;
}

const {aes, deflate, inflate} = new NodeCrypto();

const crypto: Crypto = {
  aes,
  deflate,
  inflate,
  sha1: bytes => createHash('sha1').update(bytes).digest(),
  sha256: bytes => createHash('sha256').update(bytes).digest(),
  hashHex: (algorithm, bytes) => createHash(algorithm).update(bytes).digest('hex'),
  equal: (a, b) => Buffer.compare(a, b) === 0,
  rsaDecrypt: () => undefined,
  rsaPublicKey: () => '',
};

export class TestCluster {
  readonly world: SimWorld;
  readonly primaries: SimPrimary[] = [];
  readonly servers: SqlServer[] = [];
  #connections = 0;

  constructor(count: number, options: Partial<SimOptions> = {}) {
    this.world = new SimWorld({
      nodes: Math.max(2, count),
      pageSize: 16384,
      frames: 512,
      dbpFrames: 256,
      titSlots: 256,
      redoFileSize: 1 << 22,
      ...options,
    });
    for (let node = 0; node < count; node++) this.#start(node);
  }

  #start(node: number): void {
    const primary = this.world.start(node);
    this.primaries.push(primary);
    if (this.world.volume.incarnations().length === 1) this.#bootstrap(primary);
    this.until(() => primary.replica?.isReady !== false, 'the redo that a new replica has to follow');
    const server = new SqlServer(this.#sqlWorld(primary));
    this.servers.push(server);
    let isReady = false;
    server.prepare(() => (isReady = true));
    this.until(() => isReady, 'the catalog');
  }

  #bootstrap({engine}: SimPrimary): void {
    let isDone = false;
    const task = engine.newTask(() => {
      if (!isDone) isDone = bootstrapSpace(engine.core, task) === ROW;
    });
    task.wake();
    this.until(() => isDone, 'the first pages');
  }

  #sqlWorld(primary: SimPrimary): SqlWorld {
    const {world} = this;
    return {
      engine: primary.engine,
      clock: primary.clock,
      random: {
        u32: () => world.prng.u32(),
        secretBytes: length => Uint8Array.from({length}, () => world.prng.u32() & 255),
      },
      crypto,
      trace: world.trace,
      pageSize: world.options.pageSize,
      facts: new Map(),
      hooks: {
        ...NO_CLUSTER,
        otherProcesses: () =>
          this.servers.filter(({world: {engine}}) => engine !== primary.engine).flatMap(other => other.ownProcesses()),
      },
      replica: primary.replica,
      peers: primary.optimism,
    };
  }

  /** Everything dies without power failing, and the first primary starts again. */
  crashAndRestart(): void {
    this.world.crashEverything(false);
    this.primaries.length = 0;
    this.servers.length = 0;
    this.#start(this.world.freeNode());
    this.world.assign(this.primaries[0]);
  }

  /** Trees that have pages of the volume, of a cluster at rest; ascending. */
  treesInUse(): number[] {
    const {volume, options} = this.world;
    const page = new Memory(new ArrayBuffer(options.pageSize));
    const map = new Memory(new ArrayBuffer(options.pageSize));
    const trees = new Set<number>();
    volume.ingest();
    for (let extent = 0; volume.readPage(mapPage(extent), map, 0) === PAGE_FOUND; extent++) {
      for (let i = 0; i < EXTENT_PAGES; i++) {
        if (map.bytes[MAP_AT + i] === 0) continue;
        const isThere = volume.readPage(extent * EXTENT_PAGES + i, page, 0) === PAGE_FOUND;
        if (isThere && isTreeType(pageType(page, 0))) trees.add(pageTreeId(page, 0));
      }
    }
    return [...trees].sort((a, b) => a - b);
  }

  /** Lets time pass until something has happened. */
  until(done: () => boolean, what: string): void {
    const ended = this.world.time.runUntil(done, 60_000);
    assert.ok(ended, `${what} does not end; events: ${this.world.events.slice(-5).join('\n')}`);
  }

  connect(node = 0, database = 'test', user = 'root', accountHost = 'localhost'): TestClient {
    const id = ++this.#connections;
    const session = this.servers[node].newSession({
      connectionId: id,
      user,
      host: 'localhost',
      accountUser: user,
      accountHost,
    });
    session.state.database = database;
    return new TestClient(this, session);
  }
}

class Recorder implements StatementClient {
  readonly answers: Answer[] = [];
  readonly #session: SqlSession;
  readonly #files: ClientFiles;
  #columns: readonly ResultColumn[] = [];
  #rows: (readonly (string | null)[])[] = [];

  constructor(session: SqlSession, files: ClientFiles) {
    this.#session = session;
    this.#files = files;
  }

  requestFile(name: string, receiver: FileReceiver): FileRequest | undefined {
    return this.#files.send(name, receiver);
  }

  begin(columns: readonly ResultColumn[]): void {
    this.#columns = columns;
    this.#rows = [];
  }

  row(values: readonly Value[], count: number): boolean {
    this.#rows.push(
      values.slice(0, count).map((value, i) => (value === null ? null : toText(value, this.#columns[i].type))),
    );
    return true;
  }

  rowBytes({text}: RowWirePlans, memory: Memory, payloadAt: number, payloadLength: number): boolean {
    const out = Buffer.alloc(text.maxBytes(payloadLength));
    const view = new DataView(out.buffer, out.byteOffset, out.length);
    const end = text.write(memory, payloadAt, out, view, 0, this.#session.state.timeZone);
    this.#rows.push(textRow(out, end));
    return true;
  }

  end(): void {}

  ok(reply: Reply): void {
    this.answers.push({columns: [], types: [], rows: [], reply, error: undefined});
  }

  rowsEnded(reply: Reply): void {
    const columns = this.#columns.map(column => column.name);
    const types = this.#columns.map(column => column.type);
    this.answers.push({columns, types, rows: this.#rows, reply, error: undefined});
  }

  failed(error: SqlError): void {
    this.answers.push({columns: [], types: [], rows: [], reply: undefined, error});
  }
}

/** Files that a client has for LOAD DATA LOCAL; they are sent a piece at a time. */
class ClientFiles {
  readonly #cluster: TestCluster;
  readonly contents: Map<string, Uint8Array> = new Map();
  pieceBytes = 1000;

  constructor(cluster: TestCluster) {
    this.#cluster = cluster;
  }

  send(name: string, receiver: FileReceiver): FileRequest | undefined {
    const bytes = this.contents.get(name);
    if (bytes === undefined) return undefined;
    let at = 0;
    const goOn = (): void => {
      while (at < bytes.length) {
        const piece = bytes.slice(at, at + this.pieceBytes);
        at += piece.length;
        if (!receiver.data(piece)) return;
      }
      receiver.end();
    };
    const soon = (): void => void this.#cluster.world.time.schedule(0.1, DRIVER, goOn);
    soon();
    return {resume: soon};
  }
}

/** Texts of a row in the text protocol. */
function textRow(out: Buffer, end: number): (string | null)[] {
  const row: (string | null)[] = [];
  let at = 0;
  while (at < end) {
    const first = out[at++];
    if (first === 0xfb) {
      row.push(null);
      continue;
    }
    let length = first;
    if (first === 0xfc) {
      length = out.readUInt16LE(at);
      at += 2;
    } else if (first === 0xfd) {
      length = out.readUIntLE(at, 3);
      at += 3;
    }
    row.push(out.toString('utf8', at, at + length));
    at += length;
  }
  return row;
}

export class TestClient {
  readonly session: SqlSession;
  readonly files: ClientFiles;
  readonly #cluster: TestCluster;
  #running: Recorder | undefined;
  #isDone = true;

  constructor(cluster: TestCluster, session: SqlSession) {
    this.#cluster = cluster;
    this.session = session;
    this.files = new ClientFiles(cluster);
  }

  /** Begins a statement; it may wait for others. */
  start(sql: string): void {
    assert.ok(this.#isDone, 'a statement is under way');
    this.#isDone = false;
    this.#running = new Recorder(this.session, this.files);
    this.session.query(Buffer.from(sql), this.#running, () => {
      this.#isDone = true;
    });
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  /** Waits for the statement that was begun. */
  finish(): readonly Answer[] {
    this.#cluster.until(() => this.#isDone, 'the statement');
    return this.#running?.answers ?? [];
  }

  /** Runs a text of one statement. */
  run(sql: string): Answer {
    this.start(sql);
    const answers = this.finish();
    assert.equal(answers.length, 1, `${answers.length} answers to ${sql}`);
    return answers[0];
  }

  /** Runs a prepared statement. */
  execute(statement: PreparedStatement, parameters: readonly Value[]): Answer {
    this.#isDone = false;
    this.#running = new Recorder(this.session, this.files);
    this.session.execute(statement, parameters, this.#running, () => {
      this.#isDone = true;
    });
    return this.finish()[0];
  }

  /** Runs statements that must not fail; the last one's answer. */
  ok(...statements: readonly string[]): Answer {
    let last: Answer | undefined;
    for (const sql of statements) {
      last = this.run(sql);
      if (last.error !== undefined) throw new Error(`${sql}\n${last.error.errno} ${last.error.message}`);
    }
    return last as Answer;
  }

  /** The rows of a query, columns joined by a bar: short to compare with. */
  rows(sql: string): string[] {
    return this.ok(sql).rows.map(row => row.map(value => value ?? 'NULL').join('|'));
  }

  /** Error number and words of a statement that must fail. */
  error(sql: string): string {
    const {error} = this.run(sql);
    assert.ok(error instanceof SqlError, `no error from ${sql}`);
    return `${error.errno} ${error.message}`;
  }

  close(): void {
    this.session.close();
  }
}

/**
 * What a statement must answer: rows (columns joined by a bar), an error number, or an OK: `ok` alone, or with the affected rows (`ok 2`) and what
 * the packet says behind a colon (`ok 2: Records: 2  Duplicates: 0  Warnings: 0`).
 */
export type Expected = readonly string[] | number | `ok${string}`;

/** Runs statements one after the other and compares each answer. */
export function check(client: TestClient, script: readonly (readonly [sql: string, expected: Expected])[]): void {
  for (const [sql, expected] of script) assert.deepEqual(shown(client.run(sql), expected), expected, sql);
}

function shown({rows, reply, error}: Answer, expected: Expected): Expected {
  if (error !== undefined)
    return typeof expected === 'number' ? error.errno : [`error ${error.errno}: ${error.message}`];
  if (typeof expected !== 'string') return rows.map(row => row.map(value => value ?? 'NULL').join('|'));
  if (expected === 'ok') return 'ok';
  const affected = `ok ${reply?.affectedRows}` as const;
  return expected.includes(':') ? `${affected}: ${reply?.info}` : affected;
}
