// TPC-C by the project's own driver (bench/tpcc), with its consistency conditions checked at the end.

import {type Server, withConnection} from '../servers/server.ts';
import {checkTpcc} from '../tpcc/check.ts';
import {runTpcc} from '../tpcc/driver.ts';
import {loadTpcc} from '../tpcc/load.ts';
import {scaleOf} from '../tpcc/scale.ts';
import {DATABASE} from '../tpcc/schema.ts';
import {failed, type Sample, type Workload} from './workload.ts';

export interface TpccOptions {
  readonly warehouses: number;
  /** Size against the standard's, 1 = the standard. */
  readonly share: number;
  readonly affinity: boolean;
}

export class Tpcc implements Workload {
  readonly name = 'tpcc';
  readonly unit = 'tx/s';
  readonly threads = [8, 32];
  readonly settings: Readonly<Record<string, string | number>>;
  readonly #options: TpccOptions;
  readonly #loaded = new Set<string>();
  #runs = 0;

  constructor(options: TpccOptions) {
    this.#options = options;
    this.settings = {
      warehouses: options.warehouses,
      share: options.share,
      affinity: String(options.affinity),
    };
  }

  async prepare(server: Server): Promise<void> {
    if (this.#loaded.has(server.name)) return;
    await loadTpcc(server.ports, scaleOf(this.#options.warehouses, this.#options.share));
    this.#loaded.add(server.name);
  }

  async run(server: Server, threads: number, seconds: number): Promise<Sample> {
    try {
      return await this.#run(server, threads, seconds);
    } catch (error) {
      return failed(error instanceof Error ? error.message : String(error));
    }
  }

  check(server: Server): Promise<readonly string[]> {
    return withConnection(server.ports[0], checkTpcc, DATABASE);
  }

  async #run(server: Server, threads: number, seconds: number): Promise<Sample> {
    const {warehouses, share, affinity} = this.#options;
    const scale = scaleOf(warehouses, share);
    const result = await runTpcc({
      ports: server.ports,
      terminals: threads,
      seconds,
      scale,
      affinity,
      seed: ++this.#runs,
    });
    const done = sum(result.done);
    const p95 = Object.entries(result.p95Ms).map(([kind, ms]) => [`${kind}P95Ms`, ms]);
    return {
      rate: done / result.seconds,
      p95Ms: result.p95AllMs,
      done,
      errors: sum(result.errorsByCode),
      errorsByCode: result.errorsByCode,
      reconnects: result.reconnects,
      more: {
        tpmC: ((result.done.newOrder ?? 0) / result.seconds) * 60,
        rolledBack: result.rolledBack,
        ...Object.fromEntries(p95),
      },
    };
  }
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
