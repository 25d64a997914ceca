// The volume master: one per cluster, in the supervisor. It opens the volume, gives out incarnations, recovers streams, changes the membership, and looks
// after the nodes. Nothing on the path of a commit or a page read goes through it.

import {OperatingError} from '../../../base/errors.ts';
import type {Clock, Timer} from '../../../env/clock.ts';
import type {Checksum} from '../../../env/crypto.ts';
import type {Random} from '../../../env/random.ts';
import type {Trace} from '../../../env/trace.ts';
import {type IncarnationInfo, IncarnationState} from '../../api.ts';
import {
  type Ledger,
  type LedgerIncarnation,
  type NodePlace,
  type NodeStatus,
  STREAM_START,
  type VolumeView,
} from '../api.ts';
import {beginReplacement, endReplacement, membersOf, replacementOf} from '../membership.ts';
import type {Dispatcher} from './dispatcher.ts';
import {LedgerKeeper} from './ledger-keeper.ts';
import type {QuorumWords} from './quorum-words.ts';
import type {QuorumStreamDescription} from './redo-stream.ts';
import type {StreamBytes} from './stream-bytes.ts';
import {StreamRecovery} from './stream-recovery.ts';

const TICK_MS = 500;
/** A node that has not answered for so long is shown as away. Milliseconds. */
const AWAY_MS = 2000;

export interface MasterEnv {
  readonly clock: Clock;
  readonly crc32: Checksum;
  readonly random: Random;
  readonly trace: Trace;
}

/** How far the replica of a PG on one storage node has a stream. */
export interface ReplicaView {
  readonly pg: number;
  /** The stream: the primary's incarnation that writes it. */
  readonly incarnation: number;
  readonly scl: number;
  /** Bytes of redo that another replica of the PG has and this one lacks. */
  readonly lag: number;
}

/** What people see of a storage node. */
export interface StorageNodeView {
  readonly node: number;
  readonly zone: string;
  readonly address: string;
  readonly health: 'whole' | 'rebuilding' | 'failed' | 'away' | 'leaving';
  /** Bytes of redo that it lacks, over all streams and PGs. */
  readonly lag: number;
  /** By PG and stream, in that order. */
  readonly replicas: readonly ReplicaView[];
  readonly counters: Readonly<Record<string, number>>;
}

interface Heard {
  readonly at: number;
  readonly status: NodeStatus;
}

export class QuorumVolume {
  readonly #env: MasterEnv;
  readonly #port: Dispatcher;
  readonly #words: QuorumWords;
  readonly #keeper: LedgerKeeper;
  readonly #recoveries = new Map<number, StreamRecovery>();
  readonly #heard = new Map<number, Heard>();
  readonly #retiring = new Set<number>();
  readonly #slots = new Map<number, number>();
  #timer: Timer | undefined;
  #request = 1;
  /** A replacement has been begun and is not in the ledger yet. */
  #changing = false;
  /** Told when members have changed. */
  onView: (view: VolumeView) => void = () => {};

  /** Made by `openQuorumVolume` with the ledger that it holds. */
  constructor(env: MasterEnv, port: Dispatcher, words: QuorumWords, ledger: Ledger, deposed: (reason: string) => void) {
    this.#env = env;
    this.#port = port;
    this.#words = words;
    this.#keeper = new LedgerKeeper(env.clock, port, ledger, deposed);
    port.on('fenced', (node, message) => this.#recoveries.get(message.incarnation)?.onFenced(node, message));
    port.on('batches', (node, message) => this.#recoveries.get(message.incarnation)?.onBatches(node, message));
    port.on('ack', (node, message) => this.#recoveries.get(message.incarnation)?.onAck(node, message));
    port.on('sealed', (node, message) => this.#recoveries.get(message.incarnation)?.onSealed(node, message));
    port.on('stated', (node, {status}) => {
      this.#heard.set(node, {at: env.clock.now(), status});
      if (status.node === 0) port.send(node, {kind: 'hello', id: this.#request++});
    });
    port.on('here', (node, message) => {
      if (message.ledger === undefined) this.#adopt(node);
    });
    for (const {incarnation, state, endLsn} of ledger.incarnations) {
      if (state !== IncarnationState.open) words.addEnded(incarnation, endLsn);
    }
    this.#tick();
  }

  get ledger(): Ledger {
    return this.#keeper.ledger;
  }

  get pageSize(): number {
    return this.ledger.pageSize;
  }

  get tsoLimit(): number {
    return this.ledger.tsoLimit;
  }

  view(): VolumeView {
    const {pageSize, pagesPerGroup, membership, nodes} = this.ledger;
    return {pageSize, pagesPerGroup, membership, nodes};
  }

  incarnations(): IncarnationInfo[] {
    return [...this.ledger.incarnations];
  }

  /** Opens the next incarnation for a node; `done` when that is durable. */
  openIncarnation(node: number, done: (stream: QuorumStreamDescription) => void): void {
    let incarnation = 0;
    const open = (ledger: Ledger): Ledger => {
      incarnation = ledger.next;
      const entry = {incarnation, node, state: IncarnationState.open, endLsn: 0};
      return {...ledger, next: incarnation + 1, incarnations: [...ledger.incarnations, entry]};
    };
    this.#keeper.change(open, () => {
      this.#slots.set(incarnation, node);
      this.#words.begin(node, incarnation, STREAM_START);
      done({incarnation, node, startLsn: STREAM_START, view: this.view()});
    });
  }

  /**
   * Seals the stream of an incarnation whose thread has ended, or of one that an earlier process left. `done` gets what recovery reads; D stands
   * then, and every read from now on asks for it. May be repeated.
   */
  sealStream(incarnation: number, done: (reader: StreamBytes) => void): void {
    const entry = this.ledger.incarnations.find(one => one.incarnation === incarnation);
    if (entry === undefined || this.#recoveries.has(incarnation)) return;
    const keeper = this.#keeper;
    const recovery = new StreamRecovery(
      {
        clock: this.#env.clock,
        crc32: this.#env.crc32,
        trace: this.#env.trace,
        get ledger() {
          return keeper.ledger;
        },
        fixedEnd: entry.endLsn,
        send: (node, message) => this.#port.send(node, message),
        fix: (endLsn, fixed) =>
          keeper.change(
            ledger => changeOne(ledger, incarnation, one => ({...one, state: IncarnationState.sealed, endLsn})),
            fixed,
          ),
      },
      incarnation,
      bytes => {
        this.#recoveries.delete(incarnation);
        if (entry.endLsn === 0) this.#words.addEnded(incarnation, bytes.endLsn);
        this.#clearSlot(incarnation);
        done(bytes);
      },
    );
    this.#recoveries.set(incarnation, recovery);
    recovery.start();
  }

  #clearSlot(incarnation: number): void {
    const node = this.#slots.get(incarnation);
    if (node === undefined) return;
    this.#slots.delete(incarnation);
    if (this.#words.streams.incarnation(node) === incarnation) this.#words.clear(node);
  }

  /** Nobody needs the stream for recovery any more. A crash before that is durable only repeats the recovery. */
  finishIncarnation(incarnation: number): void {
    this.#keeper.change(
      ledger => changeOne(ledger, incarnation, one => ({...one, state: IncarnationState.finished})),
      () => {},
    );
  }

  /** `done` when no timestamp up to `limit` can be given out again. */
  raiseTsoLimit(limit: number, done: () => void): void {
    this.#keeper.change(ledger => ({...ledger, tsoLimit: Math.max(ledger.tsoLimit, limit)}), done);
  }

  /** A node that was a member has come up blank: it is taken in again and rebuilt from its peers. */
  #adopt(node: number): void {
    const {ledger} = this;
    if (ledger.creating || !membersOf(ledger.membership).includes(node)) return;
    this.#env.trace.warn('a storage node has lost its data and is rebuilt', {node});
    this.#port.send(node, {kind: 'adopt', id: 0, node, whole: false, ledger});
  }

  /** Says where a node is found now. */
  moveNode(node: number, place: NodePlace): void {
    this.#keeper.change(
      ledger => ({...ledger, nodes: {...ledger.nodes, [node]: place}}),
      () => this.#announce(),
    );
  }

  #announce(): void {
    this.#port.place(this.ledger.nodes);
    this.onView(this.view());
  }

  /**
   * Begins to replace a member by a node that is blank. Writes go on, to quorums of both sets; when the new one is whole the old one is out. Throws OperatingError
   * when that is not possible.
   */
  replaceNode(removed: number, added: number, place: NodePlace): void {
    const {membership, nodes} = this.ledger;
    if (this.#changing || replacementOf(membership) !== undefined) {
      throw new OperatingError('a storage node is being replaced already', 'wait until it is whole, or take that back');
    }
    if (!membersOf(membership).includes(removed) || nodes[added] !== undefined) {
      throw new OperatingError(
        `storage node ${removed} cannot be replaced by ${added}`,
        'see `pando status` for the members',
      );
    }
    this.#changing = true;
    this.#keeper.change(
      ledger => ({
        ...ledger,
        membership: beginReplacement(ledger.membership, removed, added),
        nodes: {...ledger.nodes, [added]: place},
      }),
      () => {
        this.#changing = false;
        this.#announce();
        this.#adopt(added);
      },
    );
  }

  /** Takes a replacement back: the old member stays. False: there is none. */
  revertReplacement(): boolean {
    if (replacementOf(this.ledger.membership) === undefined) return false;
    this.#endReplacement(false);
    return true;
  }

  #endReplacement(keepNew: boolean): void {
    const change = replacementOf(this.ledger.membership);
    if (change === undefined) return;
    const gone = keepNew ? change.removed : change.added;
    this.#keeper.change(
      ledger => {
        if (replacementOf(ledger.membership) === undefined) return ledger;
        const nodes = Object.fromEntries(Object.entries(ledger.nodes).filter(([node]) => Number(node) !== gone));
        return {...ledger, membership: endReplacement(ledger.membership, keepNew), nodes};
      },
      () => {
        this.#heard.delete(gone);
        this.#announce();
      },
    );
  }

  #tick(): void {
    for (const node of this.#members()) {
      this.#port.send(node, {kind: 'status', id: this.#request++});
      if (!this.#isAnswering(node)) this.#port.send(node, {kind: 'hello', id: this.#request++});
    }
    const change = replacementOf(this.ledger.membership);
    if (change !== undefined) this.#watchReplacement(change.added);
    this.#retire();
    this.#timer = this.#env.clock.after(TICK_MS, () => this.#tick());
  }

  #members(): number[] {
    return membersOf(this.ledger.membership);
  }

  #isAnswering(node: number): boolean {
    const heard = this.#heard.get(node);
    return heard !== undefined && heard.status.node === node && this.#env.clock.now() - heard.at < AWAY_MS;
  }

  #watchReplacement(added: number): void {
    if (!this.#isAnswering(added)) this.#port.send(added, {kind: 'hello', id: this.#request++});
    else if (this.#heard.get(added)?.status.health === 'whole') this.#endReplacement(true);
  }

  /** Streams that are finished and whole on every member are forgotten. */
  #retire(): void {
    const members = this.#members();
    for (const {incarnation, state} of this.ledger.incarnations) {
      if (state !== IncarnationState.finished || this.#retiring.has(incarnation)) continue;
      const settled = members.every(node => {
        const status = this.#heard.get(node)?.status;
        return this.#isAnswering(node) && status?.health === 'whole' && status.settled.includes(incarnation);
      });
      if (!settled) continue;
      this.#retiring.add(incarnation);
      this.#words.removeEnded(incarnation);
      this.#keeper.change(
        ledger => ({...ledger, incarnations: ledger.incarnations.filter(one => one.incarnation !== incarnation)}),
        () => this.#retiring.delete(incarnation),
      );
    }
  }

  /** All members, as they told last. */
  storageNodes(): StorageNodeView[] {
    const {nodes, membership} = this.ledger;
    const highest = this.#highestPoints();
    const change = replacementOf(membership);
    return this.#members().map(node => {
      const {zone, address} = nodes[node];
      const status = this.#heard.get(node)?.status;
      const health = this.#isAnswering(node) ? (status?.health ?? 'away') : 'away';
      const own = new Map(status?.points.map(([pg, incarnation, , scl]) => [`${pg}:${incarnation}`, scl]));
      const replicas = highest.map(({pg, incarnation, scl: furthest}): ReplicaView => {
        const scl = own.get(`${pg}:${incarnation}`) ?? STREAM_START;
        return {pg, incarnation, scl, lag: Math.max(0, furthest - scl)};
      });
      const lag = replicas.reduce((sum, replica) => sum + replica.lag, 0);
      const shown = change?.removed === node && health === 'whole' ? 'leaving' : health;
      return {node, zone, address, health: shown, lag, replicas, counters: status?.counters ?? {}};
    });
  }

  /** The highest SCL of each stream that is in use, by PG. */
  #highestPoints(): {readonly pg: number; readonly incarnation: number; scl: number}[] {
    const highest = new Map<string, {readonly pg: number; readonly incarnation: number; scl: number}>();
    const known = new Set(this.ledger.incarnations.map(one => one.incarnation));
    for (const {status} of this.#heard.values()) {
      for (const [pg, incarnation, , scl] of status.points) {
        if (!known.has(incarnation)) continue;
        const key = `${pg}:${incarnation}`;
        const before = highest.get(key);
        if (before === undefined) highest.set(key, {pg, incarnation, scl});
        else before.scl = Math.max(before.scl, scl);
      }
    }
    return [...highest.values()].sort((a, b) => a.pg - b.pg || a.incarnation - b.incarnation);
  }

  /** Figures for metrics, by name; sums over the nodes. */
  counters(): ReadonlyMap<string, number> {
    const views = this.storageNodes();
    const sums = new Map<string, number>([
      ['quorum_nodes', views.length],
      ['quorum_nodes_whole', views.filter(view => view.health === 'whole' || view.health === 'leaving').length],
      ['quorum_membership_epoch', this.ledger.membership.epoch],
      ['quorum_recoveries', this.#recoveries.size],
      ['quorum_streams', this.ledger.incarnations.length],
    ]);
    for (const {counters} of views) {
      for (const [name, value] of Object.entries(counters)) sums.set(name, (sums.get(name) ?? 0) + value);
    }
    return sums;
  }

  close(): void {
    this.#timer?.cancel();
    this.#keeper.close();
    for (const recovery of this.#recoveries.values()) recovery.stop();
    this.#port.close();
  }
}

function changeOne(ledger: Ledger, incarnation: number, change: (one: LedgerIncarnation) => LedgerIncarnation): Ledger {
  return {
    ...ledger,
    incarnations: ledger.incarnations.map(one => (one.incarnation === incarnation ? change(one) : one)),
  };
}
