// Makes trouble for a server at work: primaries crash, the process stands still, its disk is full, everything is killed.

import {setTimeout as pause} from 'node:timers/promises';
import type {Server} from './server.ts';
import type {SmallDisk} from './small-disk.ts';

/** What was done, and what happened by itself. */
export interface Troubles {
  /** Crashes of a primary. */
  crashes: number;
  /** Kill -9 of the process. */
  kills: number;
  /** SIGSTOP of the process, for a time. */
  stops: number;
  /** Times that the disk was full. */
  full: number;
  /** Times that a primary or the process died without being asked to. */
  deaths: number;
}

export const NO_TROUBLES: Troubles = {crashes: 0, kills: 0, stops: 0, full: 0, deaths: 0};

/** Mean pause between two of a kind, in milliseconds; 0: never. */
export interface Pauses {
  readonly crashes: number;
  readonly kills: number;
  readonly stops: number;
  readonly full: number;
  /** Each is written to the console. */
  readonly isTold: boolean;
}

const TICK_MS = 50;
/** The process stands still for this long. Milliseconds. */
const STOP_MS = [300, 3000] as const;
/** The disk stays full for this long. Milliseconds. */
const FULL_MS = [500, 3000] as const;
/** At most so much room is left on a disk that is called full. */
const LEFT_BYTES = 4 * 1024 * 1024;
/** Chance that everything is killed while it stands still, or while the disk is full. */
const KILLED_MEANWHILE = 0.25;

function between([low, high]: readonly [number, number]): number {
  return low + Math.random() * (high - low);
}

/** Makes trouble from its making until it is told to end; the server runs then. */
export class Nemesis {
  readonly #server: Server;
  readonly #disk: SmallDisk | undefined;
  readonly #pauses: Pauses;
  readonly #sums: Troubles;
  readonly #over: Promise<void>;
  #ending = false;

  /** Counts into `sums`. @throws Error when the disk shall be full and there is none that is small */
  constructor(server: Server, pauses: Pauses, sums: Troubles, disk?: SmallDisk) {
    if (pauses.full > 0 && disk === undefined) throw new Error('a full disk needs a small one');
    this.#server = server;
    this.#pauses = pauses;
    this.#sums = sums;
    this.#disk = disk;
    this.#over = this.#run();
  }

  end(): Promise<void> {
    this.#ending = true;
    return this.#over;
  }

  async #run(): Promise<void> {
    const kinds = [
      {name: 'kill', mean: this.#pauses.kills, strike: () => this.#killAll()},
      {name: 'full disk', mean: this.#pauses.full, strike: () => this.#fillDisk()},
      {name: 'stop', mean: this.#pauses.stops, strike: () => this.#standStill()},
      {name: 'crash', mean: this.#pauses.crashes, strike: () => this.#crashOne()},
    ];
    const due = kinds.filter(({mean}) => mean > 0).map(kind => ({...kind, at: later(kind.mean)}));
    for (; !this.#ending; await pause(TICK_MS)) {
      if (this.#server.hasDied) await this.#startAgain();
      const next = due.find(({at}) => performance.now() > at);
      if (next === undefined) continue;
      const began = new Date();
      await next.strike();
      if (this.#pauses.isTold) console.log(`${began.toISOString()} to ${new Date().toISOString()}: ${next.name}`);
      next.at = later(next.mean);
    }
    this.#countDeaths();
  }

  async #crashOne(): Promise<void> {
    const victim = 1 + Math.floor(Math.random() * this.#server.primaries);
    try {
      const {status} = await this.#server.admin('POST', `/primaries/crash/${victim}`);
      if (status === 200) this.#sums.crashes++;
    } catch (error) {
      console.log(`no answer to the request to crash a primary: ${error}`);
    }
  }

  async #standStill(): Promise<void> {
    this.#sums.stops++;
    this.#server.signal('SIGSTOP');
    await pause(between(STOP_MS));
    if (Math.random() < KILLED_MEANWHILE) await this.#killAll();
    else this.#server.signal('SIGCONT');
  }

  async #fillDisk(): Promise<void> {
    this.#sums.full++;
    await this.#disk?.fill(Math.random() * LEFT_BYTES);
    await pause(between(FULL_MS));
    const isKilled = Math.random() < KILLED_MEANWHILE;
    if (isKilled) await this.#server.end('SIGKILL');
    this.#disk?.release();
    if (isKilled) await this.#startAfterKill();
  }

  async #killAll(): Promise<void> {
    await this.#server.end('SIGKILL');
    await this.#startAfterKill();
  }

  async #startAfterKill(): Promise<void> {
    this.#sums.kills++;
    this.#countDeaths();
    await this.#server.run();
  }

  async #startAgain(): Promise<void> {
    console.log(`the server has ended by itself:\n${this.#server.output.slice(-5000)}`);
    this.#sums.deaths++;
    this.#countDeaths();
    await this.#server.run();
  }

  /** Counts the primaries that died by themselves in this life of the process, and shows why. */
  #countDeaths(): void {
    for (const line of this.#server.output.split('\n')) {
      if (!line.includes('primary died') || line.includes('crashed on request')) continue;
      console.log(line);
      this.#sums.deaths++;
    }
    this.#server.output = '';
  }
}

/** A moment that comes after so many milliseconds on average, and is no nearer because it has been waited for: who begins anew every round has as many. */
function later(mean: number): number {
  return performance.now() - mean * Math.log(1 - Math.random());
}
