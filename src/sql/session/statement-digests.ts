// What statements have cost, by digest: the figures of performance_schema.events_statements_summary_by_digest, of this primary since it started.
//
// Statements of one digest in one schema share an object; a cached plan keeps its own, so that a fast run adds a few numbers and looks nothing up.
// The number of digests is bounded: what comes later is counted together.

import type {Clock} from '../../env/clock.ts';
import {digestTextOf} from '../parse/digest.ts';
import type {Modes} from '../parse/modes.ts';
import type {Source} from '../parse/source.ts';
import {withoutSecrets} from './secrets.ts';

/** Digests that are told apart; with their texts this is at most some 6 MB. */
export const DIGESTS_MAX = 2000;
/** A digest is made of this much of a text, and a sample shows this much. Characters. */
const DIGESTED_MAX = 16_384;
const SAMPLE_MAX = 1024;
/** Four buckets to each doubling of the time in microseconds. */
const BUCKETS = 128;

export class DigestStatistics {
  readonly schema: string;
  /** Null: everything beyond the bound. */
  readonly text: string | null;
  readonly sample: string;
  readonly firstSeenMicros: number;
  count = 0;
  /** Milliseconds. */
  totalMs = 0;
  minMs = Number.POSITIVE_INFINITY;
  maxMs = 0;
  errors = 0;
  warnings = 0;
  rowsAffected = 0;
  rowsSent = 0;
  /** When the last one ended, on the monotonic clock. */
  lastMs = 0;
  readonly #buckets: Uint32Array = new Uint32Array(BUCKETS);

  constructor(schema: string, text: string | null, sample: string, firstSeenMicros: number) {
    this.schema = schema;
    this.text = text;
    this.sample = sample;
    this.firstSeenMicros = firstSeenMicros;
  }

  /** A statement has ended after so many milliseconds, at `nowMs`. */
  add(ms: number, nowMs: number): void {
    this.count++;
    this.totalMs += ms;
    if (ms < this.minMs) this.minMs = ms;
    if (ms > this.maxMs) this.maxMs = ms;
    this.lastMs = nowMs;
    const micros = (ms * 1000) | 0;
    const exponent = 31 - Math.clz32(micros | 1);
    const quarter = exponent < 2 ? 0 : (micros >> (exponent - 2)) & 3;
    this.#buckets[exponent * 4 + quarter]++;
  }

  /** The time that this share of the statements did not exceed, to a quarter of its power of two. Milliseconds. */
  quantileMs(share: number): number {
    let left = Math.ceil(this.count * share);
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      left -= this.#buckets[bucket];
      if (left <= 0) return Math.min(this.maxMs, (2 ** (bucket >> 2) * (5 + (bucket & 3))) / 4 / 1000);
    }
    return this.maxMs;
  }
}

export class StatementDigests {
  readonly #clock: Clock;
  readonly #all: Map<string, DigestStatistics> = new Map();
  #rest: DigestStatistics | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Under which a statement counts that was written like this. */
  of(schema: string, sql: Source, modes: Modes): DigestStatistics {
    const text = digestTextOf(sql, modes, DIGESTED_MAX);
    const key = `${schema}\0${text}`;
    const had = this.#all.get(key);
    if (had !== undefined) return had;
    const sample = withoutSecrets(copyOf(sql.slice(0, SAMPLE_MAX)));
    if (this.#all.size >= DIGESTS_MAX) {
      this.#rest ??= new DigestStatistics('', null, '', this.#clock.wallMicros());
      return this.#rest;
    }
    const made = new DigestStatistics(schema, text, sample, this.#clock.wallMicros());
    this.#all.set(key, made);
    return made;
  }

  all(): readonly DigestStatistics[] {
    const all = [...this.#all.values()];
    return this.#rest === undefined ? all : [...all, this.#rest];
  }

  /** Wall-clock microseconds of a moment on the monotonic clock. */
  wallMicrosOf(ms: number): number {
    return this.#clock.wallMicros() - (this.#clock.now() - ms) * 1000;
  }
}

/** A piece as text of its own: a slice of a string keeps the whole string in memory, a megabyte for each digest of an import. */
function copyOf(piece: Source): string {
  return Buffer.from(piece, 'latin1').toString('utf8');
}
