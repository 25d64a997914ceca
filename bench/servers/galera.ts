// MariaDB Galera: several servers that replicate synchronously and all take writes.

import {existsSync} from 'node:fs';
import {setTimeout as pause} from 'node:timers/promises';
import {freePorts} from '../system/ports.ts';
import {MariadbNode, mariadbVersion} from './mariadb-node.ts';
import {commonSettings, galeraSettings, PROVIDER_SETTINGS} from './mariadb-settings.ts';
import type {Counters, Place, Server} from './server.ts';

const PROVIDERS = [
  '/usr/lib/galera/libgalera_smm.so',
  '/usr/lib64/galera-4/libgalera_smm.so',
  '/usr/lib64/galera/libgalera_smm.so',
];
/** Ports of a node: replication, incremental and full state transfer. */
const PORTS_EACH = 3;
/** A node that does not reach the others in this time has failed. Milliseconds. */
const JOIN_MS_MAX = 120_000;
const POLL_MS = 100;

export class Galera implements Server {
  readonly canRestart = false;
  readonly name: string;
  readonly version: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
  readonly #nodes: readonly MariadbNode[];

  private constructor(name: string, version: string, nodes: readonly MariadbNode[], settings: Record<string, string>) {
    this.name = name;
    this.version = version;
    this.settings = settings;
    this.#nodes = nodes;
    this.ports = nodes.map(node => node.port);
  }

  static isNameOf(name: string): boolean {
    return /^galera-\d+$/.test(name);
  }

  /** Undefined when MariaDB or the replication plugin is not installed. */
  static async make(name: string, place: Place, flushAtCommit: string): Promise<Galera | undefined> {
    const version = mariadbVersion();
    const provider = PROVIDERS.find(path => existsSync(path));
    if (version === undefined || provider === undefined) return undefined;
    const count = Number(name.split('-')[1]);
    const first = await freePorts(count * PORTS_EACH);
    const port = await freePorts(count);
    const shared = {...commonSettings(place.bufferMiB), ...galeraSettings(flushAtCommit)};
    const nodes = Array.from({length: count}, (_, i) => {
      const own = nodeSettings(provider, first, count, i);
      return new MariadbNode(`${name}-${i + 1}`, port + i, place.scratch, {...shared, ...own});
    });
    return new Galera(name, `${version}, Galera 4`, nodes, {...shared, ...PROVIDER_SETTINGS});
  }

  get pids(): readonly number[] {
    return this.#nodes.flatMap(node => node.pids);
  }

  get output(): string {
    return this.#nodes.map(node => node.output).join('\n');
  }

  /** The first node founds the cluster, the others take its data over, one after the other. */
  async start(): Promise<number> {
    const started = performance.now();
    const [founder, ...joiners] = this.#nodes as [MariadbNode, ...MariadbNode[]];
    await founder.install();
    await founder.spawn(['--wsrep-new-cluster']);
    const first = await founder.answers(started);
    await isSynced(founder);
    for (const node of joiners) {
      await node.spawn();
      await node.answers(performance.now());
      await isSynced(node);
    }
    return first;
  }

  async stop(): Promise<void> {
    for (const node of [...this.#nodes].reverse()) await node.stop();
  }

  async kill(): Promise<void> {
    await Promise.all(this.#nodes.map(node => node.kill()));
  }

  /** Sums over the nodes. */
  async counters(): Promise<Counters> {
    const sums: Record<string, number> = {};
    for (const node of this.#nodes) {
      for (const [name, value] of Object.entries(await node.counters())) sums[name] = (sums[name] ?? 0) + value;
    }
    return sums;
  }
}

function nodeSettings(provider: string, first: number, count: number, index: number): Record<string, string> {
  const at = (node: number, which: number): string => `127.0.0.1:${first + node * PORTS_EACH + which}`;
  const options = {
    ...PROVIDER_SETTINGS,
    base_host: '127.0.0.1',
    base_port: String(first + index * PORTS_EACH),
    'gmcast.listen_addr': `tcp://${at(index, 0)}`,
    'ist.recv_addr': at(index, 1),
  };
  const addresses = Array.from({length: count}, (_, node) => at(node, 0));
  return {
    wsrep_provider: provider,
    wsrep_cluster_address: `gcomm://${addresses.join(',')}`,
    wsrep_node_name: `node${index + 1}`,
    wsrep_node_address: at(index, 0),
    wsrep_sst_receive_address: at(index, 2),
    wsrep_provider_options: Object.entries(options)
      .map(([name, value]) => `${name}=${value}`)
      .join(';'),
  };
}

async function isSynced(node: MariadbNode): Promise<void> {
  const end = performance.now() + JOIN_MS_MAX;
  while (performance.now() < end) {
    const status = new Map(await node.status());
    if (status.get('wsrep_ready') === 'ON' && status.get('wsrep_local_state_comment') === 'Synced') return;
    await pause(POLL_MS);
  }
  throw new Error(`a node did not join the cluster:\n${node.output.slice(-3000)}`);
}
