// A storage node: one process that holds a replica of every PG, answers clients and peers, and works in the background. Message in, effects out; time and disk
// are handed in, so the same node runs in a process of its own and, six at a time, in a test.

import {concatBytes} from '../../../base/bytes.ts';
import {DiskFailure} from '../../../env/disk.ts';
import type {StorageEnv} from '../../segment/options.ts';
import {
  type Ledger,
  type Message,
  type MessageOf,
  NO_BYTES,
  type NodeStatus,
  STREAM_START,
  type StreamFence,
  type Transport,
} from '../api.ts';
import {type Batch, readBatch, readBatches} from '../batch.ts';
import {isReadQuorum, membersOf} from '../membership.ts';
import type {NodeOptions, Reply} from './node-options.ts';
import {isNewer, NodeState} from './node-state.ts';
import {Peers} from './peers.ts';
import {Rebuild} from './rebuild.ts';
import type {Replica, ReplicaHost} from './replica.ts';
import {SEGMENT_LIMITS} from './segment-pages.ts';
import {Segments} from './segments.ts';

/** Redo that a peer lacks is on its way from the writer for this long; then gossip brings it. Milliseconds. */
const GRACE_MS = 40;
const GOSSIP_MS = 200;
/** While a chain has a hole. */
const GOSSIP_FAST_MS = 25;
/** Bytes of batches in one answer to gossip. */
const NEWS_BYTES = 1 << 20;
const COPY_PAGES = 64;
/** Between two slices of the scrubber, and what it verifies in one. */
const SCRUB_MS = 1000;
const SCRUB_IMAGES = 32;
const SCRUB_BATCHES = 16;

export class StorageNode {
  readonly #env: StorageEnv;
  readonly #options: NodeOptions;
  readonly #peers: Transport;
  readonly #state: NodeState;
  readonly #known = new Peers();
  readonly #segments: Segments;
  #rebuild: Rebuild | undefined;
  #failure: string | undefined;
  #gossipedAt = 0;
  #scrubbedAt = 0;
  #turn = 0;
  /** Rebuilds begun, and pages repaired from peers, since the start. */
  #rebuilds = 0;
  #repairs = 0;
  #reads = 0;

  /** Opens what the directory holds; a blank one waits for `adopt`. */
  constructor(env: StorageEnv, options: NodeOptions, peers: Transport) {
    this.#env = env;
    this.#options = options;
    this.#peers = peers;
    const host: ReplicaHost = {
      now: options.now,
      fenceOf: incarnation => this.#state.fenceOf(incarnation),
      isFinished: incarnation => this.#isFinished(incarnation),
      peersReached: (pg, incarnation) => this.#known.reached(pg, incarnation, options.now()),
      fail: reason => this.#fail(reason),
      lost: (pg, what) => this.#lost(pg, what),
    };
    env.disk.makeDirectorySync(options.directory);
    this.#state = new NodeState(env, options.directory);
    const limits = {...SEGMENT_LIMITS, ...options.limits};
    this.#segments = new Segments(env, options.directory, limits, this.#state, host);
    peers.onMessage = (node, message) => this.#fromPeer(node, message);
    if (this.#state.ledger === undefined) return;
    this.#placePeers(this.#state.ledger);
    this.#segments.load();
    if (!this.#state.whole) this.#startRebuild();
  }

  /** The node's number, 0 while it is blank. */
  get node(): number {
    return this.#state.node;
  }

  /** A member that has everything it ever acknowledged. */
  get isWhole(): boolean {
    return this.#state.ledger !== undefined && this.#state.whole;
  }

  /** How far a running rebuild is. */
  get rebuildPhase(): Rebuild['phase'] | undefined {
    return this.#rebuild?.phase;
  }

  /** The replicas, for checks. */
  get replicas(): ReadonlyMap<number, Replica> {
    return this.#segments.replicas;
  }

  #fail(reason: string): void {
    if (this.#failure !== undefined) return;
    this.#failure = reason;
    this.#options.onFailure(reason);
  }

  /** Runs something that writes; a disk failure ends the node. */
  #attempt(action: () => void): void {
    if (this.#failure !== undefined) return;
    try {
      action();
    } catch (error) {
      if (error instanceof DiskFailure) this.#fail(error.message);
      else throw error;
    }
  }

  #lost(pg: number, what: string): void {
    this.#env.trace.error('a replica has lost redo; it is repaired from its peers', {node: this.node, pg, what});
    this.#state.setWhole(false);
    if (this.#rebuild === undefined || this.#rebuild.phase !== 'asking') this.#startRebuild();
  }

  #isFinished(incarnation: number): boolean {
    const entry = this.#state.ledger?.incarnations.find(one => one.incarnation === incarnation);
    return entry === undefined ? this.#state.isRetired(incarnation) : entry.state === 3;
  }

  #replica(pg: number): Replica {
    const known = this.#segments.get(pg);
    if (known !== undefined) return known;
    const replica = this.#segments.open(pg);
    // What a node that is being rebuilt has never heard of may still exist elsewhere.
    if (!this.#state.whole) {
      replica.beginCopy([]);
      this.#startRebuild();
    }
    return replica;
  }

  #startRebuild(): void {
    this.#rebuilds++;
    this.#rebuild = new Rebuild({
      self: this.node,
      now: this.#options.now,
      peers: () => this.#peerNodes(),
      isReadQuorum: has => {
        const {ledger} = this.#state;
        return ledger !== undefined && isReadQuorum(ledger.membership, has);
      },
      send: (node, message) => this.#peers.send(node, message),
      replica: pg => this.#segments.get(pg) ?? this.#openCopying(pg),
      groups: () => this.#segments.all(),
      isRetired: incarnation => this.#state.isRetired(incarnation),
      becomeWhole: () => {
        this.#rebuild = undefined;
        this.#state.setWhole(true);
        this.#env.trace.info('the storage node is whole', {node: this.node});
      },
    });
  }

  #openCopying(pg: number): Replica {
    const replica = this.#segments.open(pg);
    replica.beginCopy([]);
    return replica;
  }

  #peerNodes(): number[] {
    const {ledger} = this.#state;
    return ledger === undefined ? [] : membersOf(ledger.membership).filter(node => node !== this.node);
  }

  #placePeers(ledger: Ledger): void {
    for (const [node, place] of Object.entries(ledger.nodes))
      if (Number(node) !== this.node) this.#peers.place(Number(node), place);
    this.#known.retain(membersOf(ledger.membership));
  }

  /** One message of a client or a peer. `reply` may be called later. */
  receive(message: Message, reply: Reply): void {
    this.#attempt(() => this.#receive(message, reply));
  }

  #receive(message: Message, reply: Reply): void {
    switch (message.kind) {
      case 'hello':
        reply({kind: 'here', id: message.id, node: this.node, zone: this.#options.zone, ledger: this.#state.ledger});
        return;
      case 'adopt':
        this.#adopt(message, reply);
        return;
      case 'status':
        reply({kind: 'stated', id: message.id, status: this.status()});
        return;
      default:
        if (this.#state.ledger !== undefined) this.#receiveAsMember(message, reply);
    }
  }

  #receiveAsMember(message: Message, reply: Reply): void {
    switch (message.kind) {
      case 'append':
        this.#append(message, reply);
        return;
      case 'point':
        for (const replica of this.#segments.all())
          replica.notePoint(message.incarnation, message.vdl, message.readPoint);
        return;
      case 'read':
        this.#read(message, reply);
        return;
      case 'fence':
        this.#fence(message, reply);
        return;
      case 'fetch':
        this.#fetch(message, reply);
        return;
      case 'seal':
        if (message.generation < (this.#state.ledger?.generation ?? 0)) return;
        this.#keepFence(message.fence);
        reply({
          kind: 'sealed',
          id: message.id,
          incarnation: message.fence.incarnation,
          epoch: this.#state.epochOf(message.fence.incarnation),
        });
        return;
      case 'ledger':
        this.#keepLedger(message, reply);
        return;
      case 'gossip':
        this.#gossiped(message, reply);
        return;
      case 'describe':
        reply({
          kind: 'described',
          id: message.id,
          node: this.node,
          whole: this.#state.whole,
          points: this.#segments.points(),
        });
        return;
      case 'copy':
        this.#copy(message, reply);
    }
  }

  /** Becomes a member of a volume. A node that is one already only says so. */
  #adopt(message: MessageOf<'adopt'>, reply: Reply): void {
    if (this.#state.ledger === undefined) {
      this.#segments.wipeAll();
      this.#state.adopt(message.node, message.whole, message.ledger);
      this.#placePeers(message.ledger);
      if (!message.whole) this.#startRebuild();
    }
    reply({kind: 'here', id: message.id, node: this.node, zone: this.#options.zone, ledger: this.#state.ledger});
  }

  #keepLedger(message: MessageOf<'ledger'>, reply: Reply): void {
    const ok = this.#takeLedger(message.ledger);
    const {generation, version} = this.#state.ledger as Ledger;
    reply({kind: 'ledgerKept', id: message.id, ok, generation, version});
  }

  #takeLedger(ledger: Ledger): boolean {
    if (!this.#state.keepLedger(ledger)) return false;
    this.#placePeers(ledger);
    return true;
  }

  #append(message: MessageOf<'append'>, reply: Reply): void {
    const batch = readBatch(message.bytes, 0, this.#env.crc32);
    if (batch === undefined) return;
    const {incarnation} = batch;
    const epoch = this.#state.isRetired(incarnation) ? Number.MAX_SAFE_INTEGER : this.#state.epochOf(incarnation);
    const {membership} = this.#state.ledger as Ledger;
    if (message.epoch < epoch || message.membership < membership.epoch) {
      reply({kind: 'refused', incarnation, epoch, membership});
      return;
    }
    const replica = this.#replica(batch.pg);
    replica.accept(batch, scl => reply({kind: 'ack', pg: batch.pg, incarnation, scl}));
    replica.noteDurable(incarnation, message.vdl, message.readPoint);
  }

  #read(message: MessageOf<'read'>, reply: Reply): void {
    this.#reads++;
    const {id, pg, pageNo, needs} = message;
    const replica = this.#segments.get(pg);
    if (replica === undefined) {
      const nothing = this.#state.whole && needs.every(([incarnation]) => this.#hasNothing(incarnation, pg));
      reply({kind: 'page', id, status: nothing ? 'absent' : 'behind', bytes: NO_BYTES});
      return;
    }
    const status = replica.read(pageNo, needs);
    if (status === 'damaged') this.#repairPage(pg, pageNo);
    reply({kind: 'page', id, status, bytes: status === 'found' ? replica.result.slice() : NO_BYTES});
  }

  /** The stream is sealed and never touched the PG. */
  #hasNothing(incarnation: number, pg: number): boolean {
    const fence = this.#state.fenceOf(incarnation);
    return fence !== undefined && fence.end > 0 && fence.tails[String(pg)] === undefined;
  }

  /** Asks a peer for a page whose image here is damaged. */
  #repairPage(pg: number, pageNo: number): void {
    const peers = this.#peerNodes();
    if (peers.length === 0) return;
    this.#repairs++;
    this.#peers.send(peers[this.#turn++ % peers.length], {kind: 'copy', id: 0, pg, after: pageNo - 1});
  }

  #fence(message: MessageOf<'fence'>, reply: Reply): void {
    const {id, incarnation, epoch, generation} = message;
    const ledger = this.#state.ledger as Ledger;
    if (generation < ledger.generation) {
      reply({kind: 'ledgerKept', id, ok: false, generation: ledger.generation, version: ledger.version});
      return;
    }
    if (epoch > this.#state.epochOf(incarnation)) this.#state.keepFence({incarnation, epoch, end: 0, tails: {}});
    const chains = this.#segments.chainsOf(incarnation);
    reply({
      kind: 'fenced',
      id,
      incarnation,
      epoch: this.#state.epochOf(incarnation),
      whole: this.#state.whole,
      points: this.#segments.points().filter(point => point[1] === incarnation),
      vdl: Math.max(0, ...chains.map(chain => chain.vdl)),
      checkpoint: Math.max(0, ...chains.map(chain => chain.checkpoint)),
    });
  }

  #fetch(message: MessageOf<'fetch'>, reply: Reply): void {
    const {id, pg, incarnation, after, limit} = message;
    const replica = this.#segments.get(pg);
    const found = replica?.fetch(incarnation, after, limit, Number.POSITIVE_INFINITY) ?? {bytes: [], more: false};
    const collected = replica?.chains.get(incarnation)?.base ?? STREAM_START;
    reply({kind: 'batches', id, pg, incarnation, more: found.more, collected, bytes: concatBytes(found.bytes)});
  }

  #keepFence(fence: StreamFence): void {
    if (!this.#state.keepFence(fence)) return;
    for (const replica of this.#segments.all()) replica.sealed(fence.incarnation);
  }

  /** A peer tells how far it is; it gets what it lacks. */
  #gossiped(message: MessageOf<'gossip'>, reply: Reply): void {
    const now = this.#options.now();
    this.#known.note(message.node, message.points, now);
    for (const fence of message.fences) this.#learnFence(fence);
    const ledger = this.#state.ledger as Ledger;
    const bytes = this.#segments.lacking(message.points, now - GRACE_MS, NEWS_BYTES);
    const fences = this.#state
      .fences()
      .filter(
        fence =>
          !message.fences.some(
            other => other.incarnation === fence.incarnation && other.epoch >= fence.epoch && other.end >= fence.end,
          ),
      );
    reply({
      kind: 'news',
      points: this.#segments.points(),
      fences,
      ledger: isNewer(ledger, message) ? ledger : undefined,
      bytes,
    });
  }

  #learnFence(fence: StreamFence): void {
    if (!this.#state.isRetired(fence.incarnation) || this.#state.fenceOf(fence.incarnation) !== undefined)
      this.#keepFence(fence);
  }

  #copy(message: MessageOf<'copy'>, reply: Reply): void {
    const {id, pg, after} = message;
    const found = this.#state.whole ? this.#segments.get(pg)?.copyPages(after, COPY_PAGES) : undefined;
    if (found === undefined) reply({kind: 'pages', id, pg, pageNos: [], more: false, ok: false, bytes: NO_BYTES});
    else
      reply({
        kind: 'pages',
        id,
        pg,
        pageNos: found.pageNos,
        more: found.pageNos.length === COPY_PAGES,
        ok: true,
        bytes: found.bytes,
      });
  }

  /** Answers to what this node has asked its peers. */
  #fromPeer(node: number, message: Message): void {
    if (this.#state.ledger === undefined) return;
    this.#attempt(() => {
      if (message.kind === 'news') this.#news(node, message);
      else if (message.kind === 'described') this.#rebuild?.described(message);
      else if (message.kind === 'pages') this.#pages(message);
    });
  }

  #news(node: number, message: MessageOf<'news'>): void {
    this.#known.note(node, message.points, this.#options.now());
    if (message.ledger !== undefined) this.#takeLedger(message.ledger);
    for (const fence of message.fences) this.#learnFence(fence);
    for (const batch of readBatches(message.bytes, this.#env.crc32)) this.#acceptFromPeer(batch);
  }

  #acceptFromPeer(batch: Batch): void {
    if (this.#state.isRetired(batch.incarnation) && !this.#segments.get(batch.pg)?.chains.has(batch.incarnation))
      return;
    this.#replica(batch.pg).accept(batch, () => {});
  }

  #pages(message: MessageOf<'pages'>): void {
    if (message.ok && !this.#replica(message.pg).adoptPages(message.pageNos, message.bytes)) return;
    this.#rebuild?.copied(message);
  }

  /** Background work; the host calls it every few milliseconds. True when there is more to do at once. */
  tick(): boolean {
    let more = false;
    this.#attempt(() => {
      if (this.#state.ledger === undefined) return;
      for (const replica of this.#segments.all()) if (replica.maintain()) more = true;
      this.#rebuild?.tick();
      this.#gossip();
      this.#scrub();
      this.#segments.forgetRetired();
    });
    return more;
  }

  #gossip(): void {
    const now = this.#options.now();
    if (now - this.#gossipedAt < (this.#segments.hasHole() || this.#rebuild !== undefined ? GOSSIP_FAST_MS : GOSSIP_MS))
      return;
    this.#gossipedAt = now;
    const peers = this.#peerNodes();
    if (peers.length === 0) return;
    const {generation, version} = this.#state.ledger as Ledger;
    const fences = this.#state.fences();
    this.#peers.send(peers[this.#turn++ % peers.length], {
      kind: 'gossip',
      node: this.node,
      points: this.#segments.points(),
      fences,
      generation,
      version,
    });
    const mayBeHopeless = this.#rebuild === undefined || this.#rebuild.phase === 'catching';
    if (mayBeHopeless && this.#isHopeless()) {
      this.#state.setWhole(false);
      this.#startRebuild();
    }
  }

  /** True when a chain cannot be completed by gossip any more: the peers have collected what it lacks. */
  #isHopeless(): boolean {
    const reached = (pg: number, incarnation: number): number =>
      this.#state.isRetired(incarnation) ? Number.POSITIVE_INFINITY : this.#segments.reached(pg, incarnation);
    return this.#known.hopeless(reached).length > 0;
  }

  #scrub(): void {
    const now = this.#options.now();
    if (now - this.#scrubbedAt < SCRUB_MS) return;
    this.#scrubbedAt = now;
    for (const [pg, pageNo] of this.#segments.scrub(SCRUB_IMAGES, SCRUB_BATCHES)) this.#repairPage(pg, pageNo);
  }

  status(): NodeStatus {
    const counters = {
      ...this.#segments.counters(),
      rebuilds: this.#rebuilds,
      page_repairs: this.#repairs,
      page_reads: this.#reads,
      pages_copied: this.#rebuild?.pages ?? 0,
    };
    const health = this.#failure !== undefined ? 'failed' : this.#state.whole ? 'whole' : 'rebuilding';
    return {
      node: this.node,
      zone: this.#options.zone,
      health,
      points: this.#segments.points(),
      settled: this.#segments.settled(),
      counters,
    };
  }

  close(): void {
    this.#segments.close();
    this.#peers.close();
  }
}
