// The workloads of the isolation tool (tools/isolation) on the simulated cluster: SQL sessions on all primaries, while these die, judged by the same checkers that judge real servers.
//
// Which workload, at which level, and how it reads, is drawn from the seed. An operation is `info` when its primary dies before it has answered; the client goes on as another process on the
// primary that comes next. The last reads are made on every primary, when all is well again.

import type {LevelName} from '../../../tools/isolation/checker/levels.ts';
import {Recorder} from '../../../tools/isolation/runner/recorder.ts';
import {createWorkload, workloadNames} from '../../../tools/isolation/workloads/catalog.ts';
import {OperationFailure} from '../../../tools/isolation/workloads/outcome.ts';
import {query} from '../../../tools/isolation/workloads/sql-client.ts';
import {
  type ReadMode,
  readModes,
  type Workload,
  type WorkloadOperation,
} from '../../../tools/isolation/workloads/workload.ts';
import {Prng} from '../../base/prng.ts';
import type {SqlSession} from '../../sql/session/session.ts';
import type {Script, SimClient} from '../client.ts';
import {expect} from '../expect.ts';
import {type RunClient, type RunOptions, type RunRequest, SimRun, shortOfEverything} from '../run.ts';
import type {SimPrimary} from '../world.ts';
import {SqlNode} from './sql-node.ts';

/** SQL's name of each level, and what it is judged as: REPEATABLE READ is snapshot isolation, and every snapshot has all commits that were answered before. */
const LEVELS: readonly (readonly [sql: string, judgedAs: LevelName])[] = [
  ['READ COMMITTED', 'read-committed'],
  ['REPEATABLE READ', 'strong-snapshot-isolation'],
  ['SERIALIZABLE', 'strict-serializable'],
];
const CLIENTS_PER_PRIMARY = 4;
/** Runs are longer than those that call the engine: a primary has to find its catalog first. */
const LONGER = 2;
/** Attempts at a final read that fails as the victim of a deadlock. */
const FINAL_ATTEMPTS = 20;

export interface SqlRunOptions extends RunOptions {
  readonly workload: string;
  readonly level: number;
  /** What it is judged as, if not as its level promises. */
  readonly judgedAs?: LevelName;
  readonly reads: ReadMode;
}

/** What a client is at. */
interface Seat {
  /** The number that the workload knows the client by; kept over reconnects. */
  readonly client: number;
  readonly process: number;
  readonly primary: SimPrimary;
  operation: WorkloadOperation | undefined;
}

export class SqlRun extends SimRun {
  readonly #workload: Workload;
  readonly #options: SqlRunOptions;
  readonly #recorder: Recorder;
  readonly #nodes = new Map<SimPrimary, SqlNode>();
  readonly #seats = new Set<Seat>();
  readonly #freeClients: number[] = [];
  #clientCount = 0;
  #processes = 0;
  /** Operations that were answered. */
  readonly counts = {ok: 0};

  constructor(options: SqlRunOptions) {
    super(options);
    this.#options = options;
    const {seed, workload, reads} = options;
    const prng = new Prng(seed + 31);
    this.#workload = createWorkload(workload, {
      seed,
      reads,
      pause: prng.below(4),
      keys: 3 + prng.below(12),
      even: prng.chance(0.5),
      writesPerKey: 64,
      filler: prng.chance(0.3) ? 300 : 0,
    }) as Workload;
    this.#recorder = new Recorder(() => this.world.time.now);
  }

  #nodeOf(primary: SimPrimary): SqlNode {
    let node = this.#nodes.get(primary);
    if (node === undefined) this.#nodes.set(primary, (node = new SqlNode(this.world, primary)));
    return node;
  }

  /** A session at the level of this run. */
  *#connect(client: SimClient): Script<SqlSession> {
    const node = this.#nodeOf(client.primary);
    yield* node.ready(client);
    const session = node.newSession();
    const level = `SET SESSION TRANSACTION ISOLATION LEVEL ${LEVELS[this.#options.level][0]}`;
    yield* node.converse(client, session, query(level));
    return session;
  }

  protected *open(client: SimClient): Script<void> {
    const session = yield* this.#connect(client);
    yield* this.#nodeOf(client.primary).converse(client, session, this.#workload.setup());
    session.close();
  }

  protected load(primary: SimPrimary): void {
    for (let i = 0; i < CLIENTS_PER_PRIMARY; i++) {
      const seat = {
        client: this.#freeClients.pop() ?? this.#clientCount++,
        process: this.#processes++,
        primary,
        operation: undefined,
      };
      this.#seats.add(seat);
      this.addClient(primary, self => this.#loop(self, seat));
    }
  }

  override died(primary: SimPrimary): void {
    super.died(primary);
    this.#nodes.delete(primary);
    for (const seat of this.#seats) {
      if (seat.primary !== primary) continue;
      this.#leave(seat);
    }
  }

  /** The session of the seat is gone; what it was at may have happened. */
  #leave(seat: Seat): void {
    this.#seats.delete(seat);
    if (seat.operation !== undefined) {
      const lost = new OperationFailure('the primary died', false, true);
      this.#recorder.failed(seat.process, seat.operation, lost, nameOf(seat.primary));
    }
    this.#workload.lost?.(seat.client);
    this.#freeClients.push(seat.client);
  }

  *#loop(self: RunClient, first: Seat): Script<void> {
    const {client} = self;
    let seat = first;
    let session = yield* this.#connect(client);
    while (!this.stopping) {
      if (!this.#seats.has(seat)) return;
      const isWhole = yield* this.#operation(client, session, seat);
      if (!this.#seats.has(seat)) return;
      if (!isWhole) {
        session.close();
        this.#workload.lost?.(seat.client);
        this.#seats.delete(seat);
        seat = {...seat, process: this.#processes++};
        this.#seats.add(seat);
        session = yield* this.#connect(client);
      }
      self.done++;
      yield* this.think(client, this.prng.chance(0.3) ? 2 : 0);
    }
    session.close();
  }

  /** One operation. False: nobody knows if it happened, and the session must not be used any more. */
  *#operation(client: SimClient, session: SqlSession, seat: Seat): Script<boolean> {
    const operation = this.#workload.next(seat.client);
    const node = nameOf(seat.primary);
    seat.operation = operation;
    this.#recorder.invoke(seat.process, operation, node);
    let isWhole = true;
    let value: unknown;
    let failure: unknown;
    try {
      value = yield* this.#nodeOf(client.primary).converse(client, session, operation.run());
    } catch (error) {
      failure = error;
    }
    if (!this.#seats.has(seat)) return false;
    seat.operation = undefined;
    if (failure === undefined) {
      this.#recorder.ok(seat.process, operation, value, node);
      this.counts.ok++;
    } else isWhole = this.#recorder.failed(seat.process, operation, failure, node) === 'fail' && !lostBy(failure);
    return isWhole;
  }

  protected *check(client: SimClient): Script<void> {
    const session = yield* this.#connect(client);
    for (const operation of this.#workload.final()) yield* this.#finalRead(client, session, operation);
    session.close();
    const {level, workload, judgedAs} = this.#options;
    const {valid, lines} = this.#workload.check(this.#recorder.events, judgedAs ?? LEVELS[level][1]);
    expect.ok(valid, `${workload} at ${LEVELS[level][0]}:\n${lines.join('\n')}`);
  }

  *#finalRead(client: SimClient, session: SqlSession, operation: WorkloadOperation): Script<void> {
    for (let attempt = 1; ; attempt++) {
      const seat = {client: -1, process: this.#processes++, primary: client.primary, operation: undefined};
      this.#seats.add(seat);
      this.#recorder.invoke(seat.process, operation, nameOf(client.primary));
      try {
        const value = yield* this.#nodeOf(client.primary).converse(client, session, operation.run());
        this.#recorder.ok(seat.process, operation, value, nameOf(client.primary));
        return;
      } catch (error) {
        this.#recorder.failed(seat.process, operation, error, nameOf(client.primary));
        if (error instanceof OperationFailure && error.refused) return;
        expect.ok(attempt < FINAL_ATTEMPTS, `a last read fails: ${error}`);
      } finally {
        this.#seats.delete(seat);
      }
    }
  }
}

function lostBy(failure: unknown): boolean {
  return failure instanceof OperationFailure && failure.lost;
}

function nameOf({node, incarnation}: SimPrimary): string {
  return `node ${node}, life ${incarnation}`;
}

/** Pages are larger than in the other workloads, for the catalog's rows have to fit; everything else is as short. */
export function sqlFromSeed(request: RunRequest): SqlRunOptions {
  const base = shortOfEverything({...request, seed: request.seed + 1_300_000});
  const prng = new Prng(request.seed * 31 + 5);
  return {
    ...base,
    seed: request.seed,
    world: {...base.world, pageSize: prng.chance(0.7) ? 4096 : 8192, redoFileSize: 1 << (19 + prng.below(2))},
    // Transactions on lists show the most.
    workload: prng.chance(0.4) ? 'append' : workloadNames[prng.below(workloadNames.length)],
    faultMs: request.faultMs ?? base.faultMs * LONGER,
    level: prng.below(LEVELS.length),
    reads: readModes[prng.below(readModes.length)],
  };
}
