// What a cluster is started with, after the command line has been read.

import type {Granularity} from '../../engine/optimistic/optimistic-pool.ts';
import type {TlsCredentials} from '../../env/network.ts';
import {MAX_NODES} from '../../fusion/api.ts';
import type {NodePlace} from '../../storage/quorum/api.ts';
import type {Mode} from './modes.ts';

/** Doorbells of a cluster: the primaries', the storage thread's and the supervisor's. */
export const BELL_COUNT = MAX_NODES + 2;

/** What storage nodes and primaries of one cluster know, and the file that it is in: child processes are told the file. */
export interface ClusterSecret {
  readonly file: string;
  readonly bytes: Uint8Array;
}

export interface ClusterOptions {
  /** Primaries to start. */
  readonly primaries: number;
  /** How pages are kept coherent. Default: fusion. */
  readonly mode?: Mode;
  /** What decides that two primaries have changed the same thing, in the optimistic mode. Default: row. */
  readonly granularity?: Granularity;
  readonly host: string;
  /** Shared by all primaries; primary k also listens on port + k. 0: no shared port, and each primary's own is chosen by the system. */
  readonly port: number;
  /** Directory of the volume. */
  readonly volume: string;
  /** What the volume is: of this process (the default), or six storage nodes as child processes. */
  readonly storage?: 'local' | 'quorum';
  /** Of a quorum volume. */
  readonly secret?: ClusterSecret | undefined;
  /** Storage nodes that run already, elsewhere; undefined: child processes. */
  readonly attached?: Readonly<Record<string, NodePlace>> | undefined;
  /** Pages of a protection group, if a quorum volume is made now. Default: 10 GB of them. */
  readonly pagesPerGroup?: number;
  /** Bytes of a redo file, if the volume is made now; undefined: what storage chooses. */
  readonly redoFileSize: number | undefined;
  /** Bytes of the distributed buffer pool, and of each primary's local one. */
  readonly dbpBytes: number;
  readonly lbpBytes: number;
  readonly version: string;
  /** How events are written. */
  readonly log: 'text' | 'json' | 'none';
  readonly maxConnections: number;
}

/** The server's keys; without a certificate TLS is not offered. */
export interface ClusterKeys {
  readonly tls: TlsCredentials | undefined;
  readonly rsaKey: string | undefined;
}

/** Primaries that one cluster can have at once. */
export const PRIMARIES_MAX = 15;
/** Transaction slots of each primary; memory that is not touched costs nothing. */
export const TIT_SLOTS = 16384;
export const WAIT_ENTRIES = 4096;
export const RING_CAPACITY = 1024;
/** Redo of a primary that those who follow it can still get, in the single-writer and the optimistic mode; at least two of the log's chunks. */
export const FEED_RING_BYTES = 4 << 20;
/** Pages that the adjudicator knows at once, in the optimistic mode; a power of two. Memory that is not touched costs nothing. */
export const ADJUDICATOR_ENTRIES = 1 << 20;
