// One primary's engine on real PMFS memory, with a log that is durable at once and storage that has nothing: what the engine itself costs, log
// force and disk apart.

import {
  BLOCKED,
  type EngineSession,
  LockMode,
  LockWait,
  type PointRead,
  ROW,
  type TableHandle,
} from '../../src/engine/api.ts';
import {PrimaryEngine} from '../../src/engine/engine.ts';
import type {Doorbells} from '../../src/env/memory.ts';
import {Memory} from '../../src/format/memory.ts';
import {SUPERVISOR_BELL} from '../../src/fusion/api.ts';
import {Attachment} from '../../src/fusion/attachment.ts';
import {FusionNode} from '../../src/fusion/fusion.ts';
import {Members} from '../../src/fusion/members.ts';
import {PmfsMemory} from '../../src/fusion/memory/pmfs-memory.ts';
import {SystemClock} from '../../src/os/clock.ts';
import {PAGE_ABSENT, type PageReader, type RedoStream} from '../../src/storage/api.ts';

export const PAGE_SIZE = 16384;
const FRAMES = 4096;
const CHUNK_BYTES = 1 << 20;
/** Timestamps enough for every run. */
const TSO_LIMIT = 2 ** 40;
const ROOM = 2 ** 40;
/** The stream's first position is not zero: zero means "none". */
const START_LSN = 8;

const SILENT: Doorbells = {ring: () => {}, listen: () => {}, close: () => {}};

/** Says at once that everything is durable. */
class InstantStream implements RedoStream {
  readonly incarnation: number;
  readonly startLsn = START_LSN;
  readonly maxPayload = CHUNK_BYTES;
  durableLsn = START_LSN;
  writtenLsn = START_LSN;
  onAdvance: () => void = () => {};

  constructor(incarnation: number) {
    this.incarnation = incarnation;
  }

  write(_memory: Memory, _at: number, length: number, startLsn: number): void {
    this.writtenLsn = startLsn + length;
    this.durableLsn = this.writtenLsn;
  }

  sync(): boolean {
    this.onAdvance();
    return false;
  }

  restOn(): void {}

  encodeRests(): number {
    return 0;
  }

  look(): void {}

  room(): number {
    return ROOM;
  }

  isOutOfSpace(): boolean {
    return false;
  }

  setReadPoint(): void {}

  setCheckpoint(): void {}

  close(): void {}
}

/** Knows no page. */
class EmptyReader implements PageReader {
  readonly #asked: number[] = [];
  readonly #zero = new Memory(new ArrayBuffer(PAGE_SIZE));
  onPage: PageReader['onPage'] = () => {};

  canRead(): boolean {
    return true;
  }

  read(pageNo: number): void {
    this.#asked.push(pageNo);
  }

  poll(): number {
    const asked = this.#asked.splice(0);
    for (const pageNo of asked) this.onPage(pageNo, PAGE_ABSENT, this.#zero, 0);
    return asked.length;
  }
}

/** PMFS memory for two nodes, which have joined as incarnations 1 and 2. */
export function makePmfs(): PmfsMemory {
  const memory = PmfsMemory.create({
    nodes: 2,
    dbpFrames: 256,
    pageSize: PAGE_SIZE,
    directoryEntries: FRAMES * 3,
    titSlots: 1024,
    waitEntries: 256,
    ringCapacity: 1024,
  });
  const members = new Members(new Attachment(memory, SUPERVISOR_BELL, 0, SILENT));
  members.raiseTsoLimit(TSO_LIMIT);
  for (const node of [0, 1]) if (!members.join(node, node + 1)) throw new Error(`node ${node} cannot join`);
  return memory;
}

export class EngineWorld {
  readonly engine: PrimaryEngine;
  readonly fusion: FusionNode;

  constructor(memory: PmfsMemory, node: number, bells: Doorbells = SILENT) {
    const incarnation = node + 1;
    this.fusion = new FusionNode(memory, node, incarnation, bells);
    this.engine = new PrimaryEngine(
      {
        clock: new SystemClock(),
        fusion: this.fusion,
        stream: new InstantStream(incarnation),
        reader: new EmptyReader(),
        fail: reason => {
          throw new Error(reason);
        },
        requestTurn: () => {},
      },
      {pageSize: PAGE_SIZE, frames: FRAMES, log: {chunkBytes: CHUNK_BYTES, chunks: 16}, checkpointBytes: 2 ** 40},
    );
  }

  /** A session whose calls are made by `call`. */
  newSession(): Caller {
    return new Caller(this);
  }
}

/** Makes engine calls one by one and waits for each. */
export class Caller {
  readonly #world: EngineWorld;
  readonly session: EngineSession;
  #step: (() => number) | undefined;
  #result = BLOCKED;

  constructor(world: EngineWorld) {
    this.#world = world;
    this.session = world.engine.newSession(() => {
      if (this.#step !== undefined && this.#result === BLOCKED) this.#result = this.#step();
    });
  }

  /** The result of one call that is not BLOCKED. */
  call(step: () => number): number {
    const {engine} = this.#world;
    this.#step = step;
    this.#result = BLOCKED;
    engine.run(this.session);
    while (this.#result === BLOCKED) {
      engine.core.log.kick();
      engine.turn();
      engine.run(this.session);
    }
    this.#step = undefined;
    return this.#result;
  }

  /** A call that has to answer ROW. */
  must(step: () => number): void {
    const result = this.call(step);
    if (result !== ROW) throw new Error(`an engine call answered ${result}`);
  }

  /** A transaction of one statement. */
  transaction(work: () => void): void {
    this.session.begin(false, false);
    this.session.beginStatement();
    work();
    this.session.endStatement();
    this.must(() => this.session.commit());
  }

  /** A point read, without lock. */
  get(read: PointRead, table: TableHandle, key: Uint8Array): number {
    return this.call(() => read.get(table, key, key.length, LockMode.none, LockWait.wait));
  }
}
