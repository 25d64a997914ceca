// Opening a quorum volume: ask the nodes who they are, take the newest ledger that a read quorum knows, and write it again as the next generation, so that an
// older master is refused from then on. When all six are blank a volume is created.
//
// Creation interrupted: some nodes hold a ledger that says `creating`. Nothing was stored; the next master makes all six members of that volume. A blank node beside
// nodes that are not creating has lost its data: it is taken in and rebuilt.

import type {Timer} from '../../../env/clock.ts';
import {PAGE_SIZE_DEFAULT} from '../../../format/page/layout.ts';
import type {Ledger, MessageOf, NodePlace} from '../api.ts';
import {isReadQuorum, isWriteQuorum, membersOf, SEGMENTS} from '../membership.ts';
import type {Dispatcher} from './dispatcher.ts';
import type {QuorumWords} from './quorum-words.ts';
import {type MasterEnv, QuorumVolume} from './volume.ts';

const RETRY_MS = 100;
/** A read quorum has answered; the others get so long. */
const GRACE_MS = 300;
/** 10 GB of pages. */
const GROUP_BYTES = 10 * 2 ** 30;

export interface OpenQuorumOptions {
  /** Node number to place, asked again and again: a node may say late where it is. The six first ones make up a volume that is created. */
  readonly nodes: () => Readonly<Record<string, NodePlace>>;
  /** For a volume that is created. */
  readonly pageSize?: number;
  readonly pagesPerGroup?: number;
  readonly words: QuorumWords;
  readonly deposed: (reason: string) => void;
}

/** Opens or creates the volume; `done` when this process is its master. Waits as long as too few nodes answer. */
export function openQuorumVolume(
  env: MasterEnv,
  port: Dispatcher,
  options: OpenQuorumOptions,
  done: (volume: QuorumVolume) => void,
): void {
  new Opening(env, port, options, done).start();
}

class Opening {
  readonly #env: MasterEnv;
  readonly #port: Dispatcher;
  readonly #options: OpenQuorumOptions;
  readonly #done: (volume: QuorumVolume) => void;
  readonly #here = new Map<number, MessageOf<'here'>>();
  readonly #master: number;
  #quorumAt = -1;
  #ledger: Ledger | undefined;
  readonly #kept = new Set<number>();
  #over = false;
  #timer: Timer | undefined;

  constructor(env: MasterEnv, port: Dispatcher, options: OpenQuorumOptions, done: (volume: QuorumVolume) => void) {
    this.#env = env;
    this.#port = port;
    this.#options = options;
    this.#done = done;
    this.#master = env.random.u32();
  }

  start(): void {
    this.#port.on('here', (node, message) => this.#answered(node, message));
    this.#port.on('ledgerKept', (node, message) => this.#ledgerKept(node, message));
    this.#tick();
  }

  #tick(): void {
    if (this.#over) return;
    this.#port.place(this.#options.nodes());
    if (this.#ledger === undefined) {
      for (const node of this.#nodes()) this.#port.send(node, {kind: 'hello', id: 1});
      this.#decide();
    } else if (this.#ledger.creating) this.#adoptAll(this.#ledger);
    else this.#sendLedger(this.#ledger);
    this.#timer = this.#env.clock.after(RETRY_MS, () => this.#tick());
  }

  #nodes(): number[] {
    return Object.keys(this.#options.nodes()).map(Number);
  }

  #answered(node: number, message: MessageOf<'here'>): void {
    if (this.#over) return;
    if (message.node !== 0 && message.node !== node) {
      this.#over = true;
      this.#options.deposed(`what was named as storage node ${node} is storage node ${message.node} of its volume`);
      return;
    }
    this.#here.set(node, message);
    if (this.#ledger === undefined) this.#decide();
    else if (this.#ledger.creating) this.#checkAdopted(this.#ledger);
  }

  /** Decides what there is, when enough is known. */
  #decide(): void {
    const ledgers = [...this.#here.values()].flatMap(one => one.ledger ?? []);
    const made = ledgers.filter(one => !one.creating).sort(newestFirst);
    if (made.length === 0) {
      if (this.#here.size === SEGMENTS && this.#nodes().length === SEGMENTS) this.#create(ledgers[0]);
      return;
    }
    const newest = made[0];
    const {membership} = newest;
    const knows = (node: number): boolean => this.#here.get(node)?.ledger?.creating === false;
    if (!isReadQuorum(membership, knows)) return;
    const now = this.#env.clock.now();
    if (this.#quorumAt < 0) this.#quorumAt = now;
    if (membersOf(membership).every(node => this.#here.has(node)) || now - this.#quorumAt >= GRACE_MS) {
      this.#take({...newest, generation: newest.generation + 1, master: this.#master, version: 1});
    }
  }

  #create(begun: Ledger | undefined): void {
    const {pageSize = PAGE_SIZE_DEFAULT} = this.#options;
    const pagesPerGroup = this.#options.pagesPerGroup ?? Math.floor(GROUP_BYTES / pageSize);
    const uuid = [...this.#env.random.secretBytes(16)].map(byte => byte.toString(16).padStart(2, '0')).join('');
    this.#ledger = begun ?? {
      generation: 1,
      master: this.#master,
      version: 1,
      uuid,
      pageSize,
      pagesPerGroup,
      creating: true,
      membership: {epoch: 1, sets: [this.#nodes()]},
      nodes: this.#options.nodes(),
      next: 1,
      incarnations: [],
      tsoLimit: 0,
    };
    this.#adoptAll(this.#ledger);
  }

  #adoptAll(ledger: Ledger): void {
    for (const node of this.#nodes()) {
      if (this.#here.get(node)?.ledger === undefined)
        this.#port.send(node, {kind: 'adopt', id: 1, node, whole: true, ledger});
    }
    this.#checkAdopted(ledger);
  }

  #checkAdopted(ledger: Ledger): void {
    if (!this.#nodes().every(node => this.#here.get(node)?.ledger?.uuid === ledger.uuid)) return;
    this.#take({...ledger, creating: false, generation: ledger.generation + 1, master: this.#master, version: 1});
  }

  /** This process is the master once a write quorum keeps the ledger under the new generation. */
  #take(ledger: Ledger): void {
    this.#ledger = {...ledger, nodes: {...ledger.nodes, ...this.#placesOf(ledger)}};
    this.#port.place(this.#ledger.nodes);
    this.#kept.clear();
    this.#sendLedger(this.#ledger);
  }

  /** Nodes may have moved since the ledger was written. */
  #placesOf(ledger: Ledger): Record<string, NodePlace> {
    const known = this.#options.nodes();
    const places: Record<string, NodePlace> = {};
    for (const node of membersOf(ledger.membership)) {
      const place = known[node];
      if (place !== undefined) places[node] = place;
    }
    return places;
  }

  #sendLedger(ledger: Ledger): void {
    for (const node of membersOf(ledger.membership)) {
      if (this.#kept.has(node)) continue;
      const isBlank = this.#here.has(node) && this.#here.get(node)?.ledger === undefined;
      if (isBlank) this.#port.send(node, {kind: 'adopt', id: 1, node, whole: false, ledger});
      this.#port.send(node, {kind: 'ledger', id: 1, ledger});
    }
  }

  #ledgerKept(node: number, message: MessageOf<'ledgerKept'>): void {
    const ledger = this.#ledger;
    if (this.#over || ledger === undefined) return;
    if (!message.ok) {
      // Another master was faster, or the ledger found was not the newest: look again.
      if (message.generation < ledger.generation) return;
      this.#ledger = undefined;
      this.#here.clear();
      this.#quorumAt = -1;
      return;
    }
    this.#kept.add(node);
    if (!isWriteQuorum(ledger.membership, one => this.#kept.has(one))) return;
    this.#over = true;
    this.#timer?.cancel();
    this.#done(new QuorumVolume(this.#env, this.#port, this.#options.words, ledger, this.#options.deposed));
  }
}

function newestFirst(a: Ledger, b: Ledger): number {
  return b.generation - a.generation || b.version - a.version;
}
