// The words and the messages of the quorum volume. What they mean together: docs/storage.md.
//
//   client  a primary's redo stream or page reader, or the volume master (one per cluster: incarnations, recovery, membership)
//   node    one storage process: it holds one replica of every protection group (PG), and one copy of the ledger
//
// Every message may be lost, late, or come twice: a sender repeats what matters, a receiver does the same thing twice without harm.
// A message is a plain object; the long ones carry `bytes` (batches, pages) behind it.

import type {IncarnationState} from '../api.ts';

/** LSN at which every stream begins. Not 0, which means "none". */
export const STREAM_START = 8;

/** Who holds the six segments of every PG. During a change there are two sets, and a quorum is one in each of them. */
export interface Membership {
  /** Raised by every change; a node refuses writes that name an older one. */
  readonly epoch: number;
  /** Sets of six node numbers. */
  readonly sets: readonly (readonly number[])[];
}

export interface NodePlace {
  readonly zone: string;
  /** host:port */
  readonly address: string;
}

export interface LedgerIncarnation {
  readonly incarnation: number;
  readonly node: number;
  readonly state: IncarnationState;
  readonly endLsn: number;
}

/** The volume's durable memory, held by every node and changed by quorum. Small: it is always written whole. */
export interface Ledger {
  /** Raised by every master that opens the volume; `master` tells two apart that took the same number. */
  readonly generation: number;
  readonly master: number;
  /** Counts the changes within a generation. */
  readonly version: number;
  readonly uuid: string;
  readonly pageSize: number;
  readonly pagesPerGroup: number;
  /** True until all six nodes have been made members: until then nothing was stored. */
  readonly creating: boolean;
  readonly membership: Membership;
  readonly nodes: Readonly<Record<string, NodePlace>>;
  /** Number of the next incarnation. */
  readonly next: number;
  /** Those that are not retired. */
  readonly incarnations: readonly LedgerIncarnation[];
  readonly tsoLimit: number;
}

/** What a node keeps durably about the end of a stream. `end` is 0 while it is only fenced. */
export interface StreamFence {
  readonly incarnation: number;
  /** Writes that name a lower epoch are refused. */
  readonly epoch: number;
  /** D: nothing beyond exists. */
  readonly end: number;
  /** By PG: end of the last batch that has anything below D; a PG that is missing has nothing of the stream. */
  readonly tails: Readonly<Record<string, number>>;
}

/** A stream and how far it must have arrived. */
export type Need = readonly [incarnation: number, lsn: number];

/** One stream in one replica: PG, incarnation, base (collected below), SCL, highest end known. */
export type StreamPoint = readonly [pg: number, incarnation: number, base: number, scl: number, highest: number];

/** What a node tells people. */
export interface NodeStatus {
  readonly node: number;
  readonly zone: string;
  readonly health: 'whole' | 'rebuilding' | 'failed';
  readonly points: readonly StreamPoint[];
  /** Sealed streams of which this node has everything. */
  readonly settled: readonly number[];
  readonly counters: Readonly<Record<string, number>>;
}

/** What a client needs to know of the volume; plain data, fit for a message between threads. */
export interface VolumeView {
  readonly pageSize: number;
  readonly pagesPerGroup: number;
  readonly membership: Membership;
  readonly nodes: Readonly<Record<string, NodePlace>>;
}

export type Message =
  // Redo.
  | {
      readonly kind: 'append';
      readonly membership: number;
      readonly epoch: number;
      /** VDL of the stream, and the lowest LSN of it that a reader may still ask for (PGMRPL). */
      readonly vdl: number;
      readonly readPoint: number;
      /** One batch (batch.ts). */
      readonly bytes: Uint8Array;
    }
  | {readonly kind: 'ack'; readonly pg: number; readonly incarnation: number; readonly scl: number}
  /** The stream's epoch, or the membership, named by an append is old. */
  | {readonly kind: 'refused'; readonly incarnation: number; readonly epoch: number; readonly membership: Membership}
  /** An idle stream tells how far it is. */
  | {readonly kind: 'point'; readonly incarnation: number; readonly vdl: number; readonly readPoint: number}
  // Pages.
  | {
      readonly kind: 'read';
      readonly id: number;
      readonly pg: number;
      readonly pageNo: number;
      readonly needs: readonly Need[];
    }
  | {
      readonly kind: 'page';
      readonly id: number;
      readonly status: 'found' | 'absent' | 'behind' | 'damaged';
      readonly bytes: Uint8Array;
    }
  // Recovery of a stream.
  | {
      readonly kind: 'fence';
      readonly id: number;
      readonly incarnation: number;
      readonly epoch: number;
      readonly generation: number;
    }
  | {
      readonly kind: 'fenced';
      readonly id: number;
      readonly incarnation: number;
      /** The epoch in force: higher than the one asked for when somebody else was faster. */
      readonly epoch: number;
      readonly whole: boolean;
      readonly points: readonly StreamPoint[];
      readonly vdl: number;
      readonly checkpoint: number;
    }
  | {
      readonly kind: 'fetch';
      readonly id: number;
      readonly pg: number;
      readonly incarnation: number;
      readonly after: number;
      readonly limit: number;
    }
  /** Batches, one behind the other. `more`: ask again behind the last one. `collected`: nothing below is kept. */
  | {
      readonly kind: 'batches';
      readonly id: number;
      readonly pg: number;
      readonly incarnation: number;
      readonly more: boolean;
      readonly collected: number;
      readonly bytes: Uint8Array;
    }
  | {readonly kind: 'seal'; readonly id: number; readonly generation: number; readonly fence: StreamFence}
  | {readonly kind: 'sealed'; readonly id: number; readonly incarnation: number; readonly epoch: number}
  // The ledger, and membership.
  | {readonly kind: 'hello'; readonly id: number}
  | {
      readonly kind: 'here';
      readonly id: number;
      readonly node: number;
      readonly zone: string;
      readonly ledger: Ledger | undefined;
    }
  /** Makes a blank node a member; `whole` is false when it replaces one that had data. */
  | {
      readonly kind: 'adopt';
      readonly id: number;
      readonly node: number;
      readonly whole: boolean;
      readonly ledger: Ledger;
    }
  | {readonly kind: 'ledger'; readonly id: number; readonly ledger: Ledger}
  | {
      readonly kind: 'ledgerKept';
      readonly id: number;
      readonly ok: boolean;
      readonly generation: number;
      readonly version: number;
    }
  // Between nodes.
  | {
      readonly kind: 'gossip';
      readonly node: number;
      readonly points: readonly StreamPoint[];
      readonly fences: readonly StreamFence[];
      readonly generation: number;
      readonly version: number;
    }
  | {
      readonly kind: 'news';
      readonly points: readonly StreamPoint[];
      readonly fences: readonly StreamFence[];
      readonly ledger: Ledger | undefined;
      readonly bytes: Uint8Array;
    }
  | {readonly kind: 'describe'; readonly id: number}
  | {
      readonly kind: 'described';
      readonly id: number;
      readonly node: number;
      readonly whole: boolean;
      readonly points: readonly StreamPoint[];
    }
  /** Pages above `after`, for a replica that is being rebuilt. */
  | {readonly kind: 'copy'; readonly id: number; readonly pg: number; readonly after: number}
  | {
      readonly kind: 'pages';
      readonly id: number;
      readonly pg: number;
      readonly pageNos: readonly number[];
      readonly more: boolean;
      readonly ok: boolean;
      readonly bytes: Uint8Array;
    }
  // People.
  | {readonly kind: 'status'; readonly id: number}
  | {readonly kind: 'stated'; readonly id: number; readonly status: NodeStatus};

export type MessageOf<K extends Message['kind']> = Extract<Message, {kind: K}>;

/** Messages to storage nodes and back. Nothing is promised: what cannot be sent is dropped. */
export interface Transport {
  send(node: number, message: Message): void;
  /** Bytes on their way to a node that have not left this process. */
  queued(node: number): number;
  /** Where a node is found; a changed place ends the old connection. */
  place(node: number, place: NodePlace): void;
  /** Set by the owner. */
  onMessage: (node: number, message: Message) => void;
  /** A connection has been made (again). */
  onUp: (node: number) => void;
  close(): void;
}

export const NO_BYTES = new Uint8Array(0);
