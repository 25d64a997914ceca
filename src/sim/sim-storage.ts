// What a simulated cluster needs of its storage: the local volume on the disk of the machine, or six storage nodes on disks of their own.

import type {ClusterVolume, StreamDescription} from '../cluster/volume/cluster-volume.ts';
import type {PageReader, RedoStream} from '../storage/api.ts';
import type {LocalVolume} from '../storage/local/local-volume.ts';
import type {SimClock} from './sim-clock.ts';

/** The volume as the supervisor and the checkers see it. */
export interface SimVolume extends ClusterVolume, Pick<LocalVolume, 'failure' | 'readPage' | 'maintain'> {}

/** Pages on their way to a primary. */
export interface SimReader extends PageReader {
  /** Asked for and not delivered. */
  readonly underWay: number;
  /** Something has come that was not polled for: the bell may have been lost. */
  readonly hasArrived: boolean;
}

export interface SimStorage {
  /** Opens the volume: at the beginning, and after the death of everything. */
  open(): SimVolume;
  /** The stream of an incarnation that was opened just now; its timers are of the primary's clock. */
  stream(description: StreamDescription, clock: SimClock): RedoStream;
  reader(node: number, clock: SimClock): SimReader;
  /** The primary of this node is no more. */
  gone(node: number): void;
  /** Everything dies, with power or without; `open` comes next. */
  crash(power: boolean): void;
  /** What can go wrong with storage nodes; undefined where the disk of the machine is what goes wrong. */
  readonly trouble: SimTrouble | undefined;
  /** Everything that is wrong with a volume at rest, in words. */
  check(): readonly string[];
  /** Of every durable byte. */
  digest(): number;
}

export interface SimTrouble {
  /** Something happens to a storage node; a second one may be unwell at the same time. */
  strike(): void;
  /** One that is unwell is helped up. */
  mend(): void;
  /** All are, and messages arrive. */
  end(): void;
}
