// The thread of a quorum volume's master: starts the storage nodes as child processes, keeps them running, opens the volume, and answers the supervisor.
//
// A node's directory is `node-<number>-<zone>`; its address is whatever port the system gave it. One that dies is started again after a pause; when it
// comes up at another port, the ledger and all primaries are told.

import {OperatingError} from '../../base/errors.ts';
import type {Env} from '../../env/env.ts';
import type {Process, Processes} from '../../env/processes.ts';
import type {ThreadPort} from '../../env/threads.ts';
import type {NodePlace} from '../../storage/quorum/api.ts';
import {Dispatcher} from '../../storage/quorum/client/dispatcher.ts';
import {openQuorumVolume} from '../../storage/quorum/client/open-volume.ts';
import {QuorumWords} from '../../storage/quorum/client/quorum-words.ts';
import type {QuorumVolume} from '../../storage/quorum/client/volume.ts';
import {membersOf, SEGMENTS} from '../../storage/quorum/membership.ts';
import {SocketTransport} from '../../storage/quorum/sockets.ts';
import {CallBox} from './call-box.ts';
import type {FromMaster, MasterInit, OpenedVolume, SealedStream, ToMaster} from './master-messages.ts';

const ZONES = 'abc';
const DIRECTORY = /^node-(\d+)-([a-z]+)$/;
const LISTENS = /^storage listens on (\S+)$/;
/** Pause before a node that died is started again; longer each time it dies young. Milliseconds. */
const PAUSE_MIN_MS = 100;
const PAUSE_MAX_MS = 5000;
const YOUNG_MS = 5000;
/** Nodes that have not come up by then are opened without. */
const START_MS = 5000;
const FIGURES_MS = 500;
const NOTHING = new Uint8Array(0);

interface Child {
  readonly node: number;
  readonly zone: string;
  process: Process | undefined;
  address: string;
  startedAt: number;
  pauseMs: number;
}

export class VolumeMaster {
  readonly #env: Env;
  readonly #init: MasterInit;
  readonly #port: ThreadPort;
  readonly #processes: Processes;
  readonly #box: CallBox;
  readonly #children = new Map<number, Child>();
  #volume: QuorumVolume | undefined;
  #closing = false;
  #replaced = 0;

  constructor(env: Env, init: MasterInit, port: ThreadPort, processes: Processes) {
    this.#env = env;
    this.#init = init;
    this.#port = port;
    this.#processes = processes;
    this.#box = new CallBox(init.box);
    port.listen(message => this.#asked(message as ToMaster));
  }

  #say(message: FromMaster): void {
    this.#port.post(message);
  }

  #answer(value: unknown, bytes: Uint8Array = NOTHING): void {
    this.#box.answer(value, bytes);
  }

  #asked(message: ToMaster): void {
    if (message.kind === 'open') this.#open();
    else if (message.kind === 'close') this.#close();
    else if (this.#volume !== undefined) this.#askedOf(this.#volume, message);
  }

  #askedOf(volume: QuorumVolume, message: ToMaster): void {
    switch (message.kind) {
      case 'incarnation':
        volume.openIncarnation(message.node, stream => this.#answer(stream));
        return;
      case 'seal':
        volume.sealStream(message.incarnation, reader => {
          const {checkpointLsn, base, endLsn, bytes} = reader;
          this.#answer({checkpointLsn, base, endLsn} satisfies SealedStream, bytes);
        });
        return;
      case 'tsoLimit':
        volume.raiseTsoLimit(message.limit, () => this.#answer(true));
        return;
      case 'finish':
        volume.finishIncarnation(message.incarnation);
        return;
      case 'replace':
        this.#answer(this.#replace(volume, message.node, message.place));
        return;
      case 'revert':
        this.#answer(
          volume.revertReplacement()
            ? {ok: true, message: 'the old storage node stays'}
            : {ok: false, message: 'no storage node is being replaced'},
        );
    }
  }

  /** Starts the nodes that there are, or six new ones, then opens the volume. */
  #open(): void {
    if (this.#init.attached !== undefined) {
      this.#openVolume();
      return;
    }
    const {disk, clock} = this.#env;
    const {directory} = this.#init;
    disk.makeDirectorySync(directory);
    for (const name of disk.listSync(directory)) {
      const match = DIRECTORY.exec(name);
      if (match !== null) this.#start(this.#child(Number(match[1]), match[2]));
    }
    if (this.#children.size < SEGMENTS) {
      for (let node = 1; node <= SEGMENTS; node++) {
        if (!this.#children.has(node)) this.#start(this.#child(node, ZONES[(node - 1) >> 1]));
      }
    }
    const until = clock.now() + START_MS;
    const wait = (): void => {
      const all = [...this.#children.values()].every(child => child.address !== '');
      if (all || clock.now() >= until) this.#openVolume();
      else clock.after(10, wait);
    };
    wait();
  }

  #openVolume(): void {
    const {words, nodes, pagesPerGroup, secret} = this.#init;
    const port = new Dispatcher(new SocketTransport(this.#env, secret?.bytes));
    const options = {
      nodes: () => this.#places(),
      ...(pagesPerGroup === undefined ? {} : {pagesPerGroup}),
      words: new QuorumWords(words, nodes),
      deposed: (reason: string) => this.#say({kind: 'failed', reason}),
    };
    openQuorumVolume(this.#env, port, options, volume => this.#opened(volume));
  }

  /** Where the nodes are, by their numbers. */
  #places(): Readonly<Record<string, NodePlace>> {
    const {attached} = this.#init;
    if (attached !== undefined) return attached;
    return Object.fromEntries([...this.#children.values()].map(child => [String(child.node), placeOf(child)]));
  }

  #opened(volume: QuorumVolume): void {
    this.#volume = volume;
    for (const child of this.#children.values()) this.#tellPlace(child);
    volume.onView = view => {
      this.#say({kind: 'view', view});
      this.#endLeavers(volume);
    };
    this.#endLeavers(volume);
    this.#sendFigures(volume);
    const {pageSize, tsoLimit} = volume;
    this.#answer({pageSize, tsoLimit, incarnations: volume.incarnations()} satisfies OpenedVolume);
  }

  #sendFigures(volume: QuorumVolume): void {
    if (this.#closing) return;
    this.#say({kind: 'figures', nodes: volume.storageNodes(), counters: [...volume.counters()]});
    this.#env.clock.after(FIGURES_MS, () => this.#sendFigures(volume));
  }

  #child(node: number, zone: string): Child {
    const child: Child = {node, zone, process: undefined, address: '', startedAt: 0, pauseMs: PAUSE_MIN_MS};
    this.#children.set(node, child);
    return child;
  }

  #start(child: Child): void {
    const {node, zone} = child;
    const data = `${this.#init.directory}/node-${node}-${zone}`;
    const json = this.#init.log === 'json' ? ['--log-json'] : [];
    const {secret} = this.#init;
    const knows = secret === undefined ? [] : ['--secret-file', secret.file];
    child.startedAt = this.#env.clock.now();
    child.process = this.#processes.spawn(
      ['storage', '--zone', zone, '--data', data, '--listen', '127.0.0.1:0', '--child', ...knows, ...json],
      {
        line: text => {
          const match = LISTENS.exec(text);
          if (match === null) return;
          child.address = match[1];
          this.#tellPlace(child);
          if (this.#replaced > 0) this.#beginReplacement(child);
        },
        exited: () => this.#ended(child),
      },
    );
  }

  #ended(child: Child): void {
    child.process = undefined;
    if (this.#closing || !this.#children.has(child.node)) return;
    const lived = this.#env.clock.now() - child.startedAt;
    child.pauseMs = lived > YOUNG_MS ? PAUSE_MIN_MS : Math.min(PAUSE_MAX_MS, child.pauseMs * 2);
    this.#env.trace.warn('a storage node has ended; it is started again', {node: child.node, inMs: child.pauseMs});
    this.#env.clock.after(child.pauseMs, () => {
      if (!this.#closing && this.#children.get(child.node) === child) this.#start(child);
    });
  }

  /** The ledger knows where a member is. */
  #tellPlace(child: Child): void {
    const known = this.#volume?.ledger.nodes[child.node];
    if (this.#volume === undefined || known === undefined || known.address === child.address || child.address === '')
      return;
    this.#volume.moveNode(child.node, placeOf(child));
  }

  #replace(volume: QuorumVolume, removed: number, place: NodePlace | undefined): {ok: boolean; message: string} {
    const {membership, nodes} = volume.ledger;
    if (membership.sets.length > 1 || this.#replaced > 0)
      return {ok: false, message: 'a storage node is being replaced already'};
    if (!membersOf(membership).includes(removed)) return {ok: false, message: `there is no storage node ${removed}`};
    if (place !== undefined) return this.#replaceBy(volume, removed, place);
    if (this.#init.attached !== undefined)
      return {ok: false, message: 'the storage nodes run elsewhere: start a new one, and say where it is (--with)'};
    const added = Math.max(...this.#children.keys()) + 1;
    this.#replaced = removed;
    this.#start(this.#child(added, nodes[removed].zone));
    return {ok: true, message: `storage node ${added} takes the place of ${removed} when it has everything`};
  }

  /** A node that runs already takes the place of another one. */
  #replaceBy(volume: QuorumVolume, removed: number, place: NodePlace): {ok: boolean; message: string} {
    const added = Math.max(...Object.keys(volume.ledger.nodes).map(Number)) + 1;
    try {
      volume.replaceNode(removed, added, place);
    } catch (error) {
      if (!(error instanceof OperatingError)) throw error;
      return {ok: false, message: `${error.message}; ${error.hint}`};
    }
    return {ok: true, message: `storage node ${added} takes the place of ${removed} when it has everything`};
  }

  /** The new node listens. */
  #beginReplacement(child: Child): void {
    const removed = this.#replaced;
    this.#replaced = 0;
    try {
      this.#volume?.replaceNode(removed, child.node, placeOf(child));
    } catch (error) {
      if (!(error instanceof OperatingError)) throw error;
      this.#env.trace.error('a storage node cannot be replaced', {node: removed, reason: error.message});
    }
  }

  /** Nodes that are no members any more are ended; their directories stay. */
  #endLeavers(volume: QuorumVolume): void {
    const members = membersOf(volume.ledger.membership);
    for (const child of [...this.#children.values()]) {
      if (members.includes(child.node)) continue;
      this.#children.delete(child.node);
      child.process?.kill('ask');
    }
  }

  #close(): void {
    this.#closing = true;
    this.#volume?.close();
    const running = [...this.#children.values()].filter(child => child.process !== undefined);
    for (const child of running) child.process?.kill('ask');
    const wait = (): void => {
      if (running.every(child => child.process === undefined)) this.#answer(true);
      else this.#env.clock.after(5, wait);
    };
    this.#env.clock.after(3000, () => {
      for (const child of running) child.process?.kill('now');
    });
    wait();
  }
}

function placeOf(child: Child): NodePlace {
  return {zone: child.zone, address: child.address};
}
