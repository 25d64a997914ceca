// What the supervisor needs of a volume, whichever it is: the local one, or the quorum one through its master thread.

import type {LocalVolume} from '../../storage/local/local-volume.ts';
import type {RedoStreamDescription} from '../../storage/local/redo-stream.ts';
import type {NodePlace, VolumeView} from '../../storage/quorum/api.ts';
import type {QuorumStreamDescription} from '../../storage/quorum/client/redo-stream.ts';
import type {StorageNodeView} from '../../storage/quorum/client/volume.ts';

/** From this a primary's thread makes its redo stream; the quorum one names the volume's view. */
export type StreamDescription = RedoStreamDescription | QuorumStreamDescription;

type Shared =
  | 'pageSize'
  | 'tsoLimit'
  | 'sealStream'
  | 'ingest'
  | 'readStream'
  | 'finishIncarnation'
  | 'incarnations'
  | 'raiseTsoLimit'
  | 'counters'
  | 'close';

export interface ClusterVolume extends Pick<LocalVolume, Shared> {
  openIncarnation(node: number): StreamDescription;
}

/** The storage nodes of a quorum volume, for people. */
export interface StorageFleet {
  storageNodes(): readonly StorageNodeView[];
  /** Replaces a node by a new one, which runs at `place` or is started here; the answer is what to tell people. */
  replaceNode(node: number, place?: NodePlace): {readonly ok: boolean; readonly message: string};
  revertReplacement(): {readonly ok: boolean; readonly message: string};
  /** Told when members have changed. */
  onView: (view: VolumeView) => void;
}
