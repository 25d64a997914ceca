// The quorum volume as the supervisor sees it: questions to the master's thread, answered before they return. They are as rare as births and deaths, and take as
// long as a few durable writes in the storage nodes; primaries go on meanwhile.

import {OperatingError} from '../../base/errors.ts';
import type {Thread, Threads} from '../../env/threads.ts';
import {MAX_NODES} from '../../fusion/api.ts';
import {type IncarnationInfo, IncarnationState, type StreamReader} from '../../storage/api.ts';
import type {NodePlace, VolumeView} from '../../storage/quorum/api.ts';
import {quorumWordsBytes} from '../../storage/quorum/client/quorum-words.ts';
import type {QuorumStreamDescription} from '../../storage/quorum/client/redo-stream.ts';
import {StreamBytes} from '../../storage/quorum/client/stream-bytes.ts';
import type {StorageNodeView} from '../../storage/quorum/client/volume.ts';
import type {ClusterSecret} from '../supervisor/options.ts';
import {type Answer, CALL_BOX_BYTES, CallBox} from './call-box.ts';
import type {ClusterVolume, StorageFleet} from './cluster-volume.ts';
import type {FromMaster, MasterInit, OpenedVolume, SealedStream, ToMaster} from './master-messages.ts';

/** Without a quorum nothing can be decided; so long is waited for one. Milliseconds. */
const PATIENCE_MS = 60_000;
/** At the end the storage nodes are asked to end; what does not answer ends with the process. */
const CLOSE_MS = 5000;

export interface QuorumClientOptions {
  readonly directory: string;
  readonly log: 'text' | 'json' | 'none';
  readonly pagesPerGroup: number | undefined;
  readonly secret: ClusterSecret | undefined;
  readonly attached: Readonly<Record<string, NodePlace>> | undefined;
  readonly bells: SharedArrayBuffer;
  readonly onFailure: (error: Error) => void;
}

export class QuorumClient implements ClusterVolume, StorageFleet {
  readonly words = new SharedArrayBuffer(quorumWordsBytes(MAX_NODES));
  readonly pageSize: number;
  onView: (view: VolumeView) => void = () => {};
  readonly #box: CallBox;
  readonly #thread: Thread;
  #incarnations: IncarnationInfo[];
  readonly #sealed = new Map<number, StreamBytes>();
  #tsoLimit: number;
  #nodes: readonly StorageNodeView[] = [];
  #counters: ReadonlyMap<string, number> = new Map();
  #closed = false;

  /** Opens or creates the volume. Throws OperatingError when it cannot be had. */
  constructor(threads: Threads, options: QuorumClientOptions) {
    const box = new SharedArrayBuffer(CALL_BOX_BYTES);
    this.#box = new CallBox(box);
    const {directory, log, bells, pagesPerGroup, secret, attached} = options;
    const {words} = this;
    const init: MasterInit = {words, box, bells, nodes: MAX_NODES, directory, log, pagesPerGroup, secret, attached};
    this.#thread = threads.spawn('volume-master', init, {
      message: message => this.#heard(message as FromMaster, options.onFailure),
      exited: error => {
        if (this.#closed) return;
        this.#closed = true;
        options.onFailure(error ?? new OperatingError('the volume master has ended', 'start again'));
      },
    });
    const opened = this.#openOrEnd();
    this.pageSize = opened.pageSize;
    this.#tsoLimit = opened.tsoLimit;
    this.#incarnations = [...opened.incarnations];
  }

  #openOrEnd(): OpenedVolume {
    try {
      return this.#ask({kind: 'open'}).value as OpenedVolume;
    } catch (error) {
      this.#closed = true;
      this.#thread.terminate();
      throw error;
    }
  }

  #heard(message: FromMaster, onFailure: (error: Error) => void): void {
    if (message.kind === 'view') this.onView(message.view);
    else if (message.kind === 'figures') {
      this.#nodes = message.nodes;
      this.#counters = new Map(message.counters);
    } else onFailure(new OperatingError(message.reason, 'what was acknowledged is in the storage nodes: start again'));
  }

  #ask(message: ToMaster, patienceMs = PATIENCE_MS): Answer {
    return this.#box.call(() => this.#thread.post(message), patienceMs);
  }

  get tsoLimit(): number {
    return this.#tsoLimit;
  }

  openIncarnation(node: number): QuorumStreamDescription {
    const stream = this.#ask({kind: 'incarnation', node}).value as QuorumStreamDescription;
    this.#incarnations.push({incarnation: stream.incarnation, node, state: IncarnationState.open, endLsn: 0});
    return stream;
  }

  sealStream(incarnation: number): number {
    const known = this.#sealed.get(incarnation);
    if (known !== undefined) return known.endLsn;
    const {value, bytes} = this.#ask({kind: 'seal', incarnation});
    const {checkpointLsn, base, endLsn} = value as SealedStream;
    this.#sealed.set(incarnation, StreamBytes.from(incarnation, checkpointLsn, base, endLsn, bytes));
    this.#change(incarnation, {state: IncarnationState.sealed, endLsn});
    return endLsn;
  }

  #change(incarnation: number, change: Partial<IncarnationInfo>): void {
    this.#incarnations = this.#incarnations.map(one => (one.incarnation === incarnation ? {...one, ...change} : one));
  }

  /** Reads name what they need: there is nothing to take in here. */
  ingest(): void {}

  readStream(incarnation: number): StreamReader {
    this.sealStream(incarnation);
    return this.#sealed.get(incarnation) as StreamReader;
  }

  finishIncarnation(incarnation: number): void {
    this.#sealed.delete(incarnation);
    this.#change(incarnation, {state: IncarnationState.finished});
    this.#thread.post({kind: 'finish', incarnation} satisfies ToMaster);
  }

  incarnations(): IncarnationInfo[] {
    return this.#incarnations;
  }

  raiseTsoLimit(limit: number): void {
    if (limit <= this.#tsoLimit) return;
    this.#ask({kind: 'tsoLimit', limit});
    this.#tsoLimit = limit;
  }

  counters(): ReadonlyMap<string, number> {
    return this.#counters;
  }

  storageNodes(): readonly StorageNodeView[] {
    return this.#nodes;
  }

  replaceNode(node: number, place?: NodePlace): {readonly ok: boolean; readonly message: string} {
    return this.#ask({kind: 'replace', node, place}).value as {ok: boolean; message: string};
  }

  revertReplacement(): {readonly ok: boolean; readonly message: string} {
    return this.#ask({kind: 'revert'}).value as {ok: boolean; message: string};
  }

  /** Ends the storage nodes and the master. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#ask({kind: 'close'}, CLOSE_MS);
    } catch (error) {
      if (!(error instanceof OperatingError)) throw error;
    }
    this.#thread.terminate();
  }
}
