// The supervisor: births, deaths and recovery of primaries, and the storage thread's work, in the main thread of the process. Nothing on the path of a
// statement goes through it (design 5).

import {CorruptionError, OperatingError} from '../../base/errors.ts';
import type {Env} from '../../env/env.ts';
import type {Thread, Threads} from '../../env/threads.ts';
import {checkPage} from '../../format/page/check.ts';
import {STORAGE_BELL} from '../../fusion/api.ts';
import {Inspection} from '../../storage/local/inspection.ts';
import {StorageThread} from '../../storage/storage-thread.ts';
import type {CheckResult} from '../admin/api.ts';
import type {FromPrimary, PrimaryInit, PrimaryStats, ToPrimary} from '../node/init.ts';
import type {StorageFleet} from '../volume/cluster-volume.ts';
import {type ClusterKeys, type ClusterOptions, PRIMARIES_MAX} from './options.ts';
import {Peers} from './peers.ts';
import {Recoverer} from './recoverer.ts';
import {DEATHS_MAX, Restarts} from './restarts.ts';
import {SharedState} from './shared-state.ts';
import {Writers} from './writers.ts';

/** How often the TSO limit is looked at, and births that had to wait are tried again. Milliseconds. */
const TICK_MS = 200;

export type PrimaryState = 'starting' | 'ready' | 'stopping';

interface Member {
  readonly ordinal: number;
  readonly node: number;
  readonly incarnation: number;
  readonly thread: Thread;
  readonly startedAt: number;
  state: PrimaryState;
  ports: readonly number[];
  failure: string | undefined;
  /** Somebody asked for its death. */
  crashed: boolean;
}

/** What people see of a primary. */
export interface PrimaryView {
  readonly ordinal: number;
  readonly state: PrimaryState | 'down';
  readonly incarnation: number;
  readonly ports: readonly number[];
  /** In the single-writer mode: one writes, the others follow it. */
  readonly role?: 'writer' | 'replica' | undefined;
}

export interface SupervisorEvents {
  /** A primary serves its ports. */
  ready(view: PrimaryView, milliseconds: number): void;
  /** The cluster cannot go on: the volume failed, or a primary cannot start at all. */
  failed(error: Error): void;
}

export class Supervisor {
  readonly #env: Env;
  readonly #threads: Threads;
  readonly #options: ClusterOptions;
  readonly #events: SupervisorEvents;
  readonly #shared: SharedState;
  readonly #recoverer: Recoverer;
  /** Serves pages and works on the volume when that is of this process. */
  readonly #storage: StorageThread | undefined;
  readonly #members = new Map<number, Member>();
  /** Primaries that should run. */
  readonly #wanted = new Set<number>();
  readonly #restarts = new Restarts();
  /** Who writes, in the single-writer mode; in the others everybody does. */
  readonly #writers: Writers | undefined;
  /** Who follows whom, in the optimistic mode. */
  readonly #peers: Peers | undefined;
  /** Primaries that are not started again before this time of the clock. */
  readonly #notBefore = new Map<number, number>();
  readonly #pendingStats = new Map<number, (stats: PrimaryStats) => void>();
  readonly #pendingChecks = new Map<number, (result: Extract<FromPrimary, {kind: 'checked'}>) => void>();
  #keys: ClusterKeys = {tls: undefined, rsaKey: undefined};
  #request = 0;
  #stopping: (() => void) | undefined;
  /** It has failed: nothing is done any more. */
  #over = false;

  /** Opens the volume; throws OperatingError when it cannot be had. */
  constructor(env: Env, threads: Threads, options: ClusterOptions, bells: SharedArrayBuffer, events: SupervisorEvents) {
    this.#env = env;
    this.#threads = threads;
    this.#options = options;
    this.#events = events;
    this.#shared = new SharedState(env, threads, options, bells, error => this.#fail(error));
    const {feed, adjudicator} = this.#shared;
    if (feed !== undefined && adjudicator !== undefined) this.#peers = new Peers(this.#shared, feed, adjudicator);
    else if (feed !== undefined) this.#writers = new Writers(this.#shared, feed);
    this.#recoverer = new Recoverer(this.#shared, env.trace);
    const {local, quorum, channel} = this.#shared;
    if (local !== undefined) {
      const onFailure = (error: Error): void => this.#fail(error);
      this.#storage = new StorageThread(env, {volume: local, channel, bell: STORAGE_BELL, onFailure});
    }
    if (quorum !== undefined) {
      quorum.onView = view => {
        for (const member of this.#members.values()) this.#tell(member, {kind: 'view', view});
      };
    }
  }

  /** Recovers what died before, then starts the primaries. */
  start(keys: ClusterKeys): void {
    this.#keys = keys;
    this.#guard(() => {
      this.#recoverer.decideAll();
      this.#storage?.start();
      for (let ordinal = 1; ordinal <= this.#options.primaries; ordinal++) this.#wanted.add(ordinal);
    });
    this.#tick();
  }

  #tick(): void {
    if (this.#over || this.#stopping !== undefined) return;
    this.#guard(() => {
      this.#shared.raiseTsoLimit();
      this.#shared.recovery.ringAgain();
      for (const ordinal of this.#wanted) this.#birth(ordinal);
    });
    this.#env.clock.after(TICK_MS, () => this.#tick());
  }

  /** Starts a primary that is wanted and does not live, unless it has to wait; the tick tries again. */
  #birth(ordinal: number): void {
    if (this.#members.has(ordinal) || this.#env.clock.now() < (this.#notBefore.get(ordinal) ?? 0)) return;
    const {volume, members, memory, lbpFrames} = this.#shared;
    const node = this.#shared.freeNode(
      new Set([...this.#members.values()].map(member => member.node).concat(this.#busyNodes())),
    );
    if (node < 0 || this.#writers?.mayBeBorn(ordinal) === false) return;
    const stream = volume.openIncarnation(node);
    if (!members.join(node, stream.incarnation)) {
      volume.sealStream(stream.incarnation);
      volume.finishIncarnation(stream.incarnation);
      return;
    }
    this.#shared.local?.maintain();
    const {host, port, log, version, maxConnections} = this.#options;
    const init: PrimaryInit = {
      ordinal,
      node,
      incarnation: stream.incarnation,
      isReplica: this.#writers?.born(ordinal) === false,
      granularity: this.#options.granularity ?? 'row',
      memory,
      stream,
      pageSize: volume.pageSize,
      lbpFrames,
      host,
      sharedPort: port,
      ownPort: port === 0 ? 0 : port + ordinal,
      secret: this.#options.secret?.bytes,
      ...this.#keys,
      log,
      version,
      maxConnections,
    };
    const thread = this.#threads.spawn('primary', init, {
      message: message => this.#onMessage(ordinal, message as FromPrimary),
      exited: error => this.#onExit(ordinal, error),
    });
    const startedAt = this.#env.clock.now();
    this.#members.set(ordinal, {
      ordinal,
      node,
      incarnation: stream.incarnation,
      thread,
      startedAt,
      state: 'starting',
      ports: [],
      failure: undefined,
      crashed: false,
    });
  }

  /** Node ids whose last incarnation is not finished. */
  #busyNodes(): number[] {
    const busy: number[] = [];
    for (const info of this.#shared.volume.incarnations()) if (info.state !== 3) busy.push(info.node);
    return busy;
  }

  #onMessage(ordinal: number, message: FromPrimary): void {
    const member = this.#members.get(ordinal);
    if (member === undefined) return;
    switch (message.kind) {
      case 'ready':
        member.state = 'ready';
        member.ports = message.ports;
        this.#writers?.ready(ordinal);
        this.#handOver();
        this.#events.ready(this.#view(member), this.#env.clock.now() - member.startedAt);
        return;
      case 'refused':
        this.#wanted.delete(ordinal);
        member.thread.terminate();
        this.#fail(new OperatingError(message.reason, message.hint));
        return;
      case 'failed':
        member.failure = message.reason;
        member.thread.terminate();
        return;
      case 'stopped':
        member.thread.terminate();
        return;
      case 'promoted':
        this.#writers?.promoted(ordinal);
        this.#handOver();
        return;
      case 'tablesHeld':
        this.#recoverer.tablesHeld(message.incarnation, member.node);
        return;
      case 'loserEnded':
        this.#recoverer.loserEnded(message.incarnation, message.slot, message.version);
        return;
      case 'recovered':
        this.#recoverer.finished(message.incarnation);
        return;
      case 'stats':
        this.#pendingStats.get(message.request)?.(message.stats);
        return;
      case 'killElsewhere':
        for (const other of this.#members.values()) if (other !== member) this.#tell(other, {...message, kind: 'kill'});
        return;
      case 'askProcesses':
        this.#askProcesses(member, message.question);
        return;
      case 'processes': {
        const asker = this.#members.get(message.asker);
        if (asker !== undefined) this.#tell(asker, message);
        return;
      }
      case 'checked':
        this.#pendingChecks.get(message.request)?.(message);
    }
  }

  /** Passes a question on to all others that serve. */
  #askProcesses(asker: Member, question: number): void {
    const others = [...this.#members.values()].filter(other => other !== asker && other.state === 'ready');
    this.#tell(asker, {kind: 'processesAsked', question, count: others.length});
    for (const other of others) this.#tell(other, {kind: 'listProcesses', asker: asker.ordinal, question});
  }

  #tell(member: Member, message: ToPrimary): void {
    member.thread.post(message);
  }

  /** A primary's thread has ended, whatever the reason: fence, seal, decide; a survivor rolls back, and a new life begins if it is wanted. */
  #onExit(ordinal: number, error: Error | undefined): void {
    const member = this.#members.get(ordinal);
    if (member === undefined) return;
    this.#members.delete(ordinal);
    this.#guard(() => this.#recover(member, error));
    if (this.#stopping !== undefined && this.#members.size === 0) this.#finishStop();
  }

  #recover(member: Member, error: Error | undefined): void {
    const {ordinal} = member;
    if (member.state !== 'stopping') this.#mourn(member, error);
    // The next life loads while this one is judged: it has another node id, and waits for what the dead one holds like everybody. Only where one primary writes it must be clear first who that is.
    if (this.#writers === undefined) this.#rebirth(ordinal);
    this.#writers?.died(ordinal, member.node, member.incarnation);
    this.#peers?.died(member.node, member.incarnation);
    this.#recoverer.decide(member.incarnation, ordinal);
    if (this.#stopping === undefined) this.#promote();
    this.#handOver();
    this.#rebirth(ordinal);
  }

  #rebirth(ordinal: number): void {
    if (this.#wanted.has(ordinal)) this.#birth(ordinal);
  }

  /** A volume that refuses, or damaged redo, is the end of the cluster and no bug: it is told once. */
  #guard(action: () => void): void {
    if (this.#over) return;
    try {
      action();
    } catch (error) {
      if (error instanceof CorruptionError) {
        this.#fail(new OperatingError(error.message, 'nothing of it was used; restore the volume from a copy'));
      } else if (error instanceof OperatingError) this.#fail(error);
      else throw error;
    }
  }

  #fail(error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#events.failed(error);
  }

  /** After a failure: nothing is served any more, and what is held is let go. The volume stays as it is for the next start. */
  abandon(): void {
    this.#over = true;
    this.#wanted.clear();
    for (const member of this.#members.values()) member.thread.terminate();
    this.#members.clear();
    this.#storage?.stop();
    this.#shared.volume.close();
  }

  /** Says why, and when the next life begins. A cluster of which every primary dies at its start is given up: it would only use up its node ids. */
  #mourn(member: Member, error: Error | undefined): void {
    const {ordinal, startedAt, crashed} = member;
    const now = this.#env.clock.now();
    const reason = member.failure ?? error?.stack ?? 'terminated';
    const pause = crashed ? 0 : this.#restarts.died(ordinal, now - startedAt);
    this.#notBefore.set(ordinal, now + pause);
    this.#env.trace.error('primary died', {primary: ordinal, reason, restartInMs: pause});
    const someoneServes = [...this.#members.values()].some(other => other.state === 'ready');
    if (someoneServes || this.#restarts.deathsOf(ordinal) < DEATHS_MAX) return;
    const message = `primary ${ordinal} died ${DEATHS_MAX} times in a row, and no other one serves; the last time: ${reason}`;
    this.#fail(new OperatingError(message, 'the volume is unharmed: start again, or report this as a bug'));
  }

  /** Single-writer mode, and the writer is dead: the first read replica that serves takes its place. Without one it is whoever is born next. */
  #promote(): void {
    const heir = [...this.#members.values()]
      .filter(member => member.state === 'ready')
      .sort((a, b) => a.ordinal - b.ordinal)[0];
    if (heir !== undefined && this.#writers?.promote(heir.ordinal) === true) this.#tell(heir, {kind: 'promote'});
  }

  /** Gives recoveries that nobody works on to a primary that serves, and writes. */
  #handOver(): void {
    if (this.#writers?.isPromoting === true) return;
    const mayRollBack = ({ordinal, state}: Member): boolean =>
      state === 'ready' && this.#writers?.isWriter(ordinal) !== false;
    const survivor = [...this.#members.values()].find(mayRollBack);
    if (survivor === undefined) this.#recoverer.releaseUnassigned();
    else
      for (const analysis of this.#recoverer.assign(survivor.ordinal))
        this.#tell(survivor, {kind: 'recover', analysis});
  }

  #view(member: Member): PrimaryView {
    const {ordinal, state, incarnation, ports} = member;
    return {ordinal, state, incarnation, ports, role: this.#writers?.roleOf(ordinal)};
  }

  /** All primaries that run or should. */
  primaries(): PrimaryView[] {
    const ordinals = new Set([...this.#wanted, ...this.#members.keys()]);
    return [...ordinals]
      .sort((a, b) => a - b)
      .map(ordinal => {
        const member = this.#members.get(ordinal);
        return member === undefined ? {ordinal, state: 'down', incarnation: 0, ports: []} : this.#view(member);
      });
  }

  get unfinishedRecoveries(): number {
    return this.#recoverer.unfinished;
  }

  /** The storage nodes; undefined when the volume is of this process. */
  get fleet(): StorageFleet | undefined {
    return this.#shared.quorum;
  }

  storageCounters(): ReadonlyMap<string, number> {
    return this.#shared.volume.counters();
  }

  /** Figures of all serving primaries; those that do not answer in time are left out. */
  stats(done: (stats: PrimaryStats[]) => void): void {
    const asked = [...this.#members.values()].filter(member => member.state === 'ready');
    const got: PrimaryStats[] = [];
    let over = false;
    const finish = (): void => {
      if (over) return;
      over = true;
      done(got.sort((a, b) => a.ordinal - b.ordinal));
    };
    for (const member of asked) {
      const request = ++this.#request;
      this.#pendingStats.set(request, stats => {
        this.#pendingStats.delete(request);
        got.push(stats);
        if (got.length === asked.length) finish();
      });
      this.#tell(member, {kind: 'stats', request});
    }
    if (asked.length === 0) finish();
    else this.#env.clock.after(1000, finish);
  }

  /** Looks over the volume, and repairs what it can; then checks all tables through one primary. */
  check(done: (result: CheckResult) => void): void {
    const {local} = this.#shared;
    if (local === undefined) {
      this.#checkTables(result => done({...result, repaired: []}));
      return;
    }
    const inspection = new Inspection(local, page => checkPage(page, 0, local.pageSize));
    const step = (): void =>
      this.#guard(() => {
        if (!inspection.step()) {
          this.#env.clock.soon(step);
          return;
        }
        const {faults, repaired} = inspection;
        this.#checkTables(result => done({...result, repaired, violations: [...faults, ...result.violations]}));
      });
    step();
  }

  #checkTables(done: (result: Omit<CheckResult, 'repaired'>) => void): void {
    const member = [...this.#members.values()].find(one => one.state === 'ready');
    if (member === undefined) {
      done({tables: 0, rows: 0, violations: ['no primary is ready']});
      return;
    }
    const request = ++this.#request;
    this.#pendingChecks.set(request, result => {
      this.#pendingChecks.delete(request);
      done(result);
    });
    this.#tell(member, {kind: 'check', request});
  }

  /** Kills a primary's thread where it stands, as a crash would. False: there is none. */
  crash(ordinal: number): boolean {
    const member = this.#members.get(ordinal);
    if (member === undefined) return false;
    member.failure = 'crashed on request';
    member.crashed = true;
    member.thread.terminate();
    return true;
  }

  /** Starts a primary; 0 = the lowest number that is free. Returns its number, or 0 when there is no room. */
  startPrimary(ordinal: number): number {
    let wanted = ordinal;
    if (wanted === 0) {
      wanted = 1;
      while (this.#wanted.has(wanted)) wanted++;
    }
    if (wanted > PRIMARIES_MAX) return 0;
    this.#wanted.add(wanted);
    this.#restarts.forget(wanted);
    this.#notBefore.delete(wanted);
    this.#birth(wanted);
    return wanted;
  }

  /** Drains and stops one primary. False: there is none. */
  stopPrimary(ordinal: number): boolean {
    this.#wanted.delete(ordinal);
    const member = this.#members.get(ordinal);
    if (member === undefined) return false;
    member.state = 'stopping';
    this.#tell(member, {kind: 'stop'});
    return true;
  }

  /** Drains and stops everything; `done` when all is on disk. After `graceMs` the rest is cut off: recovery will do at the next start. */
  stop(graceMs: number, done: () => void): void {
    if (this.#stopping !== undefined) return;
    this.#stopping = done;
    this.#wanted.clear();
    if (this.#members.size === 0) {
      this.#finishStop();
      return;
    }
    for (const ordinal of this.#members.keys()) this.stopPrimary(ordinal);
    this.#env.clock.after(graceMs, () => {
      for (const member of this.#members.values()) member.thread.terminate();
    });
  }

  #finishStop(): void {
    this.#storage?.stop();
    this.#shared.volume.close();
    this.#stopping?.();
  }
}
