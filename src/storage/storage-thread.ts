// The storage thread's loop: serves pages when its bell rings, and does the background work of the volume by timer. Which thread it
// runs in is the host's affair; it only needs an event loop. Rare requests (open an incarnation, seal, finish, raise the TSO limit) are
// made by the host on the volume itself, between two turns.

import type {Clock, Timer} from '../env/clock.ts';
import type {Doorbells} from '../env/memory.ts';
import type {Trace} from '../env/trace.ts';
import type {LocalVolume} from './local/local-volume.ts';
import type {PageChannel} from './page-channel.ts';
import {PageServer} from './page-server.ts';

/** Between two turns of background work when there is little to do. Redo files are made ready this far ahead of need. */
const TICK_MS = 5;
/** The same when no redo has come since the last turn; each quiet turn doubles the pause up to this. The files made ready ahead last longer. */
const IDLE_TICK_MS = 100;
/** While requests wait for redo that is not durable yet. */
const RETRY_MS = 1;

export interface StorageThreadOptions {
  readonly volume: LocalVolume;
  readonly channel: PageChannel;
  /** Number of the bell that nodes ring. */
  readonly bell: number;
  /** The volume refuses to go on (disk failure), or a bug was met: the process should end. Called once. */
  readonly onFailure: (error: Error) => void;
}

/** The part of an Env that the loop uses. */
export interface StorageThreadEnv {
  readonly clock: Clock;
  readonly bells: Doorbells;
  readonly trace: Trace;
}

export class StorageThread {
  readonly #env: StorageThreadEnv;
  readonly #options: StorageThreadOptions;
  readonly #server: PageServer;
  #timer: Timer | undefined;
  #running = false;
  #pause = TICK_MS;
  /** How long after the last turn of background work the next one was planned. */
  #due = 0;
  #ingested = 0;

  constructor(env: StorageThreadEnv, options: StorageThreadOptions) {
    this.#env = env;
    this.#options = options;
    this.#server = new PageServer(options.channel, options.volume, env.bells, options.bell, env.trace);
  }

  start(): void {
    this.#running = true;
    this.#env.bells.listen(this.#options.bell, () => this.#onBell());
    this.#onTimer();
  }

  /** Stops serving. The volume stays open. */
  stop(): void {
    this.#running = false;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#env.bells.close(this.#options.bell);
  }

  /** Pages served since the start. */
  get served(): number {
    return this.#server.served;
  }

  #onBell(): void {
    if (!this.#running) return;
    this.#guard(() => {
      this.#server.servePages();
      if (this.#server.hasWaiting()) this.#lookSoon();
    });
  }

  /** Whoever makes the redo durable that a request waits for rings; this is for what is lost with a death. */
  #lookSoon(): void {
    if (this.#due <= RETRY_MS) return;
    this.#timer?.cancel();
    this.#planTimer(RETRY_MS);
  }

  /** Background work goes in slices, and pages are served between two of them. */
  #onTimer(): void {
    if (!this.#running) return;
    this.#guard(() => {
      this.#server.servePages();
      const more = this.#options.volume.maintain();
      if (!more) {
        this.#planTimer(this.#nextPause());
        return;
      }
      this.#due = 0;
      this.#env.clock.soon(() => this.#onTimer());
    });
  }

  #planTimer(ms: number): void {
    this.#due = ms;
    this.#timer = this.#env.clock.after(ms, () => this.#onTimer());
  }

  #nextPause(): number {
    const {bytes} = this.#options.volume.parts.ingest;
    this.#pause = bytes === this.#ingested ? Math.min(IDLE_TICK_MS, this.#pause * 2) : TICK_MS;
    this.#ingested = bytes;
    return this.#server.hasWaiting() ? RETRY_MS : this.#pause;
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.stop();
      this.#options.onFailure(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
