// MariaDB, one server.

import {freePorts} from '../system/ports.ts';
import {MariadbNode, mariadbVersion} from './mariadb-node.ts';
import {commonSettings} from './mariadb-settings.ts';
import type {Counters, Place, Server} from './server.ts';

export class Mariadb implements Server {
  readonly canRestart = true;
  readonly name = 'mariadb';
  readonly version: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
  readonly #node: MariadbNode;
  #isInstalled = false;

  private constructor(version: string, node: MariadbNode, settings: Record<string, string>) {
    this.version = version;
    this.#node = node;
    this.settings = settings;
    this.ports = [node.port];
  }

  /** Undefined when MariaDB is not installed. */
  static async make(place: Place): Promise<Mariadb | undefined> {
    const version = mariadbVersion();
    if (version === undefined) return undefined;
    const settings = commonSettings(place.bufferMiB);
    return new Mariadb(version, new MariadbNode('mariadb', await freePorts(1), place.scratch, settings), settings);
  }

  get pids(): readonly number[] {
    return this.#node.pids;
  }

  get output(): string {
    return this.#node.output;
  }

  async start(): Promise<number> {
    if (!this.#isInstalled) await this.#node.install();
    this.#isInstalled = true;
    const started = performance.now();
    await this.#node.spawn();
    return this.#node.answers(started);
  }

  stop(): Promise<void> {
    return this.#node.stop();
  }

  kill(): Promise<void> {
    return this.#node.kill();
  }

  counters(): Promise<Counters> {
    return this.#node.counters();
  }
}
