// What the engine sees of the volume: a redo stream to write, and pages to read.
//
// The log is the database (D5): a primary makes redo durable and forgets. Pages are what storage makes of the log. The interface
// carries what the six-replica quorum volume needs: streams named by incarnation with their own epochs, VDL and CPL, the per-page
// chain inside the records, and reads that name the LSN a stream must have been ingested to (K3).

import type {Memory} from '../format/memory.ts';

/** One incarnation's redo stream, open for writing. */
export interface RedoStream {
  readonly incarnation: number;
  /** LSN at which this stream begins. */
  readonly startLsn: number;
  /** VDL: everything below is durable, with all that it rests on, and mini-transactions below it are whole. */
  readonly durableLsn: number;
  /** Everything below survives the death of this primary (not yet the death of everything): its pages may go to other nodes (K5). Never below `durableLsn`. */
  readonly writtenLsn: number;
  /** Longest payload of one `write`. */
  readonly maxPayload: number;
  /** Called when `durableLsn` has advanced; with a reason, once, when the stream has ended: the primary must stop (S15). Set by the engine. */
  onAdvance: (error?: string) => void;
  /**
   * Hands over one log frame: `payloadLength` bytes of redo that stand at `at + FRAME_HEADER` of `memory`; the stream fills in the frame
   * header at `at` and pads behind (8 bytes of room are given). `startLsn` must continue the stream; `cplLsn` is the last mini-transaction end in it
   * (0: none). A frame holds whole records; a mini-transaction may go on in the next frame, and is durable when its last one is. `restsLength`: length of the
   * `rests` record that ends the payload, 0 = none. The memory must not change until `durableLsn` has passed it.
   */
  write(memory: Memory, at: number, payloadLength: number, startLsn: number, cplLsn: number, restsLength: number): void;
  /** Asks that everything written become durable. True: that, or an earlier asking, is under way; `onAdvance` will come, and then it is time to ask again. */
  sync(): boolean;
  /** What is appended from `fromLsn` on rests on the stream of `incarnation` up to `lsn`: it is not durable before that is (K5). */
  restOn(incarnation: number, lsn: number, fromLsn: number): void;
  /** Encodes the record that says what the frame beginning at `frameLsn` newly rests on; returns its length, 0 = nothing. */
  encodeRests(memory: Memory, at: number, frameLsn: number): number;
  /** Looks whether streams that this one rests on have got further. Called in every turn; costs nothing when there is nothing to look for. */
  look(): void;
  /** Payload bytes that can still be written with certainty (space is preallocated): reservations are made against this (S14).
   * Grows again in the background, as fast as storage can. */
  room(): number;
  /** True when `room` does not grow because the disk is full: only then is a shortage that lasts an error. */
  isOutOfSpace(): boolean;
  /** Tells storage that nobody reads a page as it was below this LSN any more (PGMRPL). A stream that nobody has told this about takes its durable LSN. */
  setReadPoint(lsn: number): void;
  /** Tells storage that the stream is needed only from this LSN on (checkpoint record, K8). */
  setCheckpoint(lsn: number): void;
  /** Clean end: nothing more will be written. */
  close(): void;
}

/** The redo of the writer as its read replicas get it (K18). What is said of a stream stays until its node is made the writer anew. */
export interface RedoFeed {
  /** Node ids that there can be. */
  readonly nodes: number;
  /** Node whose stream is fed now; -1 = there is no writer. */
  readonly writer: number;
  /** Bytes behind the written LSN that can still be copied. */
  readonly ringBytes: number;
  /** Incarnation whose stream is fed by the node; 0 = none. */
  incarnation(node: number): number;
  /** Incarnation that was the writer before that one. */
  predecessor(node: number): number;
  startLsn(node: number): number;
  /** Redo below is in the ring; what storage serves is never made of more. */
  written(node: number): number;
  /** What lies below counts: whole mini-transactions, durable with all they rest on. */
  durable(node: number): number;
  /** Sealed end of the stream; 0 = it goes on. */
  endLsn(node: number): number;
  /** This node has applied the stream of `incarnation` up to `lsn`: nothing below is read here any more. */
  setCut(node: number, incarnation: number, lsn: number): void;
  /** A view point is needed: the replica has begun anew. */
  ask(): void;
  /** Copies redo to the beginning of `target`. False: it is not in the ring any more. */
  copy(node: number, lsn: number, length: number, target: Memory): boolean;
}

/** Status of a page read. */
export const PAGE_FOUND = 1;
/** No redo ever touched this page number. */
export const PAGE_ABSENT = 0;
/** Damaged: the checksum or the chain does not fit. Never served. */
export const PAGE_DAMAGED = -1;

/** Reads pages. Requests are answered through `onPage` in a later turn (or, in the simulator and in tests, before `read` returns). */
export interface PageReader {
  /** Room for another request now? */
  canRead(): boolean;
  /** Asks for the newest version; storage must have ingested `needStream` up to `needLsn` (0, 0: everything durable). */
  read(pageNo: number, needStream: number, needLsn: number): void;
  /** Set by the engine. `memory`/`at` are valid only during the call. */
  onPage: (pageNo: number, status: number, memory: Memory, at: number) => void;
  /** Delivers finished reads; called when the node's bell rings. Returns how many. */
  poll(): number;
}

/** What the recovery of a dead incarnation reads. */
export interface StreamReader {
  readonly incarnation: number;
  /** LSN of the last checkpoint record, or the stream's start. */
  readonly checkpointLsn: number;
  /** Sealed end D: nothing beyond exists (K6). */
  readonly endLsn: number;
  /**
   * Calls `visit(memory, at, lsn)` for every redo record from `fromLsn` (a record boundary at or below a mini-transaction start) to D, in order.
   * Synchronous. Throws CorruptionError on damage below D.
   */
  scan(fromLsn: number, visit: (memory: Memory, at: number, lsn: number) => void): void;
}

/** Durable state of an incarnation (K8). */
export const IncarnationState = {open: 1, sealed: 2, finished: 3} as const;
export type IncarnationState = (typeof IncarnationState)[keyof typeof IncarnationState];

export interface IncarnationInfo {
  readonly incarnation: number;
  readonly state: IncarnationState;
  /** Node id it ran on. */
  readonly node: number;
  /** Sealed end, 0 while open. */
  readonly endLsn: number;
}
