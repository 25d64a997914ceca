// The supervisor: births, deaths and recovery of primaries, and the storage thread's work, in the main thread of the process. Nothing on the path of a
// statement goes through it (design 5).

import {OperatingError} from '../../base/errors.ts';
import type {Env} from '../../env/env.ts';
import type {Thread, Threads} from '../../env/threads.ts';
import {STORAGE_BELL} from '../../fusion/api.ts';
import {StorageThread} from '../../storage/storage-thread.ts';
import type {FromPrimary, PrimaryInit, PrimaryStats, ToPrimary} from '../node/init.ts';
import {type ClusterOptions, PRIMARIES_MAX} from './options.ts';
import {Recoverer} from './recoverer.ts';
import {SharedState} from './shared-state.ts';

/** How often the TSO limit is looked at, and births that had to wait are tried again. Milliseconds. */
const TICK_MS = 50;

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
}

/** What people see of a primary. */
export interface PrimaryView {
  readonly ordinal: number;
  readonly state: PrimaryState | 'down';
  readonly incarnation: number;
  readonly ports: readonly number[];
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
  readonly #storage: StorageThread;
  readonly #members = new Map<number, Member>();
  /** Primaries that should run. */
  readonly #wanted = new Set<number>();
  readonly #pendingStats = new Map<number, (stats: PrimaryStats) => void>();
  readonly #pendingChecks = new Map<number, (result: Extract<FromPrimary, {kind: 'checked'}>) => void>();
  #request = 0;
  #stopping: (() => void) | undefined;

  /** Opens the volume; throws OperatingError when it cannot be had. */
  constructor(env: Env, threads: Threads, options: ClusterOptions, bells: SharedArrayBuffer, events: SupervisorEvents) {
    this.#env = env;
    this.#threads = threads;
    this.#options = options;
    this.#events = events;
    this.#shared = new SharedState(env, options, bells);
    this.#recoverer = new Recoverer(this.#shared, env.trace);
    this.#storage = new StorageThread(env, {
      volume: this.#shared.volume,
      channel: this.#shared.channel,
      bell: STORAGE_BELL,
      onFailure: error => this.#events.failed(error),
    });
  }

  /** Recovers what died before, then starts the primaries. */
  start(): void {
    this.#recoverer.decideAll();
    this.#storage.start();
    for (let ordinal = 1; ordinal <= this.#options.primaries; ordinal++) this.#wanted.add(ordinal);
    this.#tick();
  }

  #tick(): void {
    if (this.#stopping !== undefined) return;
    this.#shared.raiseTsoLimit();
    for (const ordinal of this.#wanted) if (!this.#members.has(ordinal)) this.#birth(ordinal);
    this.#env.clock.after(TICK_MS, () => this.#tick());
  }

  #birth(ordinal: number): void {
    const {volume, members, memory, lbpFrames} = this.#shared;
    const node = this.#shared.freeNode(
      new Set([...this.#members.values()].map(member => member.node).concat(this.#busyNodes())),
    );
    if (node < 0) return;
    const stream = volume.openIncarnation(node);
    if (!members.join(node, stream.incarnation)) {
      volume.sealStream(stream.incarnation);
      volume.finishIncarnation(stream.incarnation);
      return;
    }
    volume.maintain();
    const {host, port, certificate, rsaKey, jsonLog, version, maxConnections} = this.#options;
    const init: PrimaryInit = {
      ordinal,
      node,
      incarnation: stream.incarnation,
      memory,
      stream,
      pageSize: volume.pageSize,
      lbpFrames,
      host,
      sharedPort: port,
      ownPort: port === 0 ? 0 : port + ordinal,
      tls: certificate,
      rsaKey,
      jsonLog,
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
        this.#handOver();
        this.#events.ready(this.#view(member), this.#env.clock.now() - member.startedAt);
        return;
      case 'refused':
        this.#wanted.delete(ordinal);
        member.thread.terminate();
        this.#events.failed(new OperatingError(message.reason, message.hint));
        return;
      case 'failed':
        member.failure = message.reason;
        member.thread.terminate();
        return;
      case 'stopped':
        member.thread.terminate();
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
      case 'checked':
        this.#pendingChecks.get(message.request)?.(message);
    }
  }

  #tell(member: Member, message: ToPrimary): void {
    member.thread.post(message);
  }

  /** A primary's thread has ended, whatever the reason: fence, seal, decide; a survivor rolls back, and a new life begins if it is wanted. */
  #onExit(ordinal: number, error: Error | undefined): void {
    const member = this.#members.get(ordinal);
    if (member === undefined) return;
    this.#members.delete(ordinal);
    const planned = member.state === 'stopping';
    if (!planned)
      this.#env.trace.error('primary died', {primary: ordinal, reason: member.failure ?? error?.stack ?? 'terminated'});
    this.#recoverer.unassign(ordinal);
    this.#recoverer.decide(member.incarnation);
    this.#handOver();
    if (this.#stopping !== undefined && this.#members.size === 0) this.#finishStop();
    else if (this.#wanted.has(ordinal)) this.#birth(ordinal);
  }

  /** Gives recoveries that nobody works on to a primary that serves. */
  #handOver(): void {
    const survivor = [...this.#members.values()].find(member => member.state === 'ready');
    if (survivor === undefined) return;
    for (const analysis of this.#recoverer.assign(survivor.ordinal)) this.#tell(survivor, {kind: 'recover', analysis});
  }

  #view(member: Member): PrimaryView {
    const {ordinal, state, incarnation, ports} = member;
    return {ordinal, state, incarnation, ports};
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

  /** Checks all tables through one primary. */
  check(done: (result: {tables: number; rows: number; violations: readonly string[]}) => void): void {
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
    if (!this.#members.has(wanted)) this.#birth(wanted);
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
    this.#storage.stop();
    this.#shared.volume.close();
    this.#stopping?.();
  }
}
