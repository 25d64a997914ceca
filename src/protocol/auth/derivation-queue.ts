// Runs the slow hashes of all logins of a primary, a little per turn of the event loop: a flood of logins with wrong
// passwords costs each turn a fraction of a millisecond, not the loop. One hash is under way, the others wait in line;
// each connection waits for at most one, so the line is bounded by the number of connections.

import type {Clock} from '../../env/clock.ts';
import type {Crypto} from '../../env/crypto.ts';
import {parseStored, Sha256Crypt} from './sha256-crypt.ts';

/** Rounds in one turn: about 0.2 ms (a round is 1.3 us). */
const ROUNDS_PER_TURN = 128;

interface Job {
  readonly password: Uint8Array;
  readonly stored: Uint8Array;
  readonly reply: (right: boolean) => void;
  cancelled: boolean;
}

/** Checks passwords against stored forms. */
export class DerivationQueue {
  readonly #clock: Clock;
  readonly #crypto: Crypto;
  readonly #line: Job[] = [];
  #current: Sha256Crypt | undefined = undefined;
  #scheduled = false;

  constructor(clock: Clock, crypto: Crypto) {
    this.#clock = clock;
    this.#crypto = crypto;
  }

  /** Tells in a later turn whether `password` is the one of the `stored` form. Returns a function that withdraws the question. */
  check(password: Uint8Array, stored: Uint8Array, reply: (right: boolean) => void): () => void {
    const job = {password, stored, reply, cancelled: false};
    this.#line.push(job);
    this.#schedule();
    return () => {
      job.cancelled = true;
    };
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.soon(this.#turn);
  }

  readonly #turn = (): void => {
    this.#scheduled = false;
    const job = this.#line[0];
    if (job === undefined) return;
    const right = job.cancelled ? false : this.#advance(job);
    if (right !== undefined) {
      this.#line.shift();
      this.#current = undefined;
      if (!job.cancelled) job.reply(right);
    }
    if (this.#line.length > 0) this.#schedule();
  };

  /** One step of a job: undefined while it is not done. A stored form that cannot be read fits no password. */
  #advance(job: Job): boolean | undefined {
    const parts = parseStored(job.stored);
    if (parts === undefined) return false;
    this.#current ??= new Sha256Crypt(this.#crypto, job.password, parts.salt, parts.rounds);
    if (!this.#current.advance(ROUNDS_PER_TURN)) return undefined;
    return this.#crypto.equal(Buffer.from(this.#current.finish()), parts.digest);
  }
}
