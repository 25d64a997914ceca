// What the supervisor and the volume master's thread say to each other. Plain data.

import type {IncarnationInfo} from '../../storage/api.ts';
import type {NodePlace, VolumeView} from '../../storage/quorum/api.ts';
import type {StorageNodeView} from '../../storage/quorum/client/volume.ts';
import type {ClusterSecret} from '../supervisor/options.ts';

export interface MasterInit {
  /** Streams' words (QuorumWords), and the box in which questions are answered. */
  readonly words: SharedArrayBuffer;
  readonly box: SharedArrayBuffer;
  readonly bells: SharedArrayBuffer;
  readonly nodes: number;
  /** Where the storage nodes' directories are. */
  readonly directory: string;
  readonly log: 'text' | 'json' | 'none';
  readonly pagesPerGroup: number | undefined;
  readonly secret: ClusterSecret | undefined;
  /** Storage nodes that run already; undefined: they are child processes. */
  readonly attached: Readonly<Record<string, NodePlace>> | undefined;
}

/** Supervisor to master. All but `finish` are answered in the box. */
export type ToMaster =
  | {readonly kind: 'open'}
  | {readonly kind: 'incarnation'; readonly node: number}
  | {readonly kind: 'seal'; readonly incarnation: number}
  | {readonly kind: 'tsoLimit'; readonly limit: number}
  /** `place`: where the new node runs; undefined: it is started here. */
  | {readonly kind: 'replace'; readonly node: number; readonly place: NodePlace | undefined}
  | {readonly kind: 'revert'}
  | {readonly kind: 'close'}
  | {readonly kind: 'finish'; readonly incarnation: number};

/** Answer to `open`. */
export interface OpenedVolume {
  readonly pageSize: number;
  readonly tsoLimit: number;
  readonly incarnations: readonly IncarnationInfo[];
}

/** Answer to `seal`; the bytes behind it are the stream's redo from `base` on. */
export interface SealedStream {
  readonly checkpointLsn: number;
  readonly base: number;
  readonly endLsn: number;
}

/** Master to supervisor, unasked. */
export type FromMaster =
  | {readonly kind: 'view'; readonly view: VolumeView}
  | {
      readonly kind: 'figures';
      readonly nodes: readonly StorageNodeView[];
      readonly counters: readonly (readonly [string, number])[];
    }
  | {readonly kind: 'failed'; readonly reason: string};
