// What a primary's thread is told at birth, and what it and the supervisor say to each other. Plain data: it is posted between threads.

import type {Granularity} from '../../engine/optimistic/optimistic-pool.ts';
import type {Analysis} from '../../engine/recovery/analysis.ts';
import type {TlsCredentials} from '../../env/network.ts';
import type {AdjudicatorDescriptor} from '../../fusion/adjudicator/layout.ts';
import type {PmfsDescriptor} from '../../fusion/memory/pmfs-memory.ts';
import type {ProcessInfo} from '../../sql/session/sql-world.ts';
import type {VolumeView} from '../../storage/quorum/api.ts';
import type {StreamDescription} from '../volume/cluster-volume.ts';

/** The shared memory of a cluster, as posted to its threads. */
export interface ClusterMemory {
  readonly pmfs: PmfsDescriptor;
  /** Positions of all redo streams. */
  readonly words: SharedArrayBuffer;
  /** Page requests to the storage thread and their answers. */
  readonly channel: SharedArrayBuffer;
  readonly bells: SharedArrayBuffer;
  /** Redo on its way to those who follow, in the single-writer and the optimistic mode. */
  readonly feed?: SharedArrayBuffer;
  /** Only in the optimistic mode. */
  readonly adjudicator?: AdjudicatorDescriptor;
}

export interface PrimaryInit {
  /** The primary's number for people: 1 .. */
  readonly ordinal: number;
  /** Its node id in fusion. */
  readonly node: number;
  readonly incarnation: number;
  readonly memory: ClusterMemory;
  /** It is born as a read replica. */
  readonly isReplica: boolean;
  /** Of conflicts, in the optimistic mode. */
  readonly granularity: Granularity;
  readonly stream: StreamDescription;
  readonly pageSize: number;
  readonly lbpFrames: number;
  readonly host: string;
  /** Shared by all primaries; 0 = not listened on. */
  readonly sharedPort: number;
  readonly ownPort: number;
  /** Known to the storage nodes, and to who uses them. */
  readonly secret: Uint8Array | undefined;
  readonly tls: TlsCredentials | undefined;
  readonly rsaKey: string | undefined;
  /** How the thread writes its events. */
  readonly log: 'text' | 'json' | 'none';
  readonly version: string;
  readonly maxConnections: number;
}

/** Supervisor to primary. */
export type ToPrimary =
  | {readonly kind: 'recover'; readonly analysis: Analysis}
  | {readonly kind: 'stop'}
  /** The writer is dead: be the writer. */
  | {readonly kind: 'promote'}
  /** Storage nodes have come, gone or moved. */
  | {readonly kind: 'view'; readonly view: VolumeView}
  | {readonly kind: 'stats'; readonly request: number}
  | {readonly kind: 'kill'; readonly connectionId: number; readonly queryOnly: boolean}
  /** Another primary wants to know the sessions of this one; how many were asked for one's own question; and an answer to it. */
  | {readonly kind: 'listProcesses'; readonly asker: number; readonly question: number}
  | {readonly kind: 'processesAsked'; readonly question: number; readonly count: number}
  | {readonly kind: 'processes'; readonly question: number; readonly processes: readonly ProcessInfo[]}
  | {readonly kind: 'check'; readonly request: number};

export interface PrimaryStats {
  readonly ordinal: number;
  readonly incarnation: number;
  readonly sessions: number;
  readonly counters: readonly (readonly [string, number])[];
}

/** Primary to supervisor. */
export type FromPrimary =
  | {readonly kind: 'ready'; readonly ports: readonly number[]}
  /** It cannot start: a port in use. Nothing is recovered, the whole start fails. */
  | {readonly kind: 'refused'; readonly reason: string; readonly hint: string}
  /** It cannot go on; the supervisor terminates and recovers it. */
  | {readonly kind: 'failed'; readonly reason: string}
  | {readonly kind: 'stopped'}
  /** `promote` has been done: it writes. */
  | {readonly kind: 'promoted'}
  /** `recover` has come: the metadata locks that the losers need are asked for, and may be handed over (K19). */
  | {readonly kind: 'tablesHeld'; readonly incarnation: number}
  | {readonly kind: 'loserEnded'; readonly incarnation: number; readonly slot: number; readonly version: number}
  | {readonly kind: 'recovered'; readonly incarnation: number}
  | {readonly kind: 'stats'; readonly request: number; readonly stats: PrimaryStats}
  | {readonly kind: 'killElsewhere'; readonly connectionId: number; readonly queryOnly: boolean}
  | {readonly kind: 'askProcesses'; readonly question: number}
  | {
      readonly kind: 'processes';
      readonly asker: number;
      readonly question: number;
      readonly processes: readonly ProcessInfo[];
    }
  | {
      readonly kind: 'checked';
      readonly request: number;
      readonly tables: number;
      readonly rows: number;
      readonly violations: readonly string[];
    };
