// `/metrics`: the figures of all primaries and of storage in Prometheus' text format. Nothing is counted here; the primaries' plain counters are read when
// somebody asks.

import {Counter, Gauge, Registry} from 'prom-client';
import type {StatusStorageNode} from '../cluster/admin/api.ts';
import type {PrimaryStats} from '../cluster/node/init.ts';
import type {Supervisor} from '../cluster/supervisor/supervisor.ts';

/** Figures that go up and down; all others only grow. */
const GAUGES: ReadonlySet<string> = new Set(['history_length', 'undo_pages', 'open_views', 'sessions']);

/** Builds the text; `done` gets it. */
export function scrape(supervisor: Supervisor, done: (text: string) => void): void {
  supervisor.stats(stats => {
    const registry = new Registry();
    putPrimaries(registry, stats);
    putStorage(registry, supervisor.storageCounters());
    if (supervisor.fleet !== undefined) putNodes(registry, supervisor.fleet.storageNodes());
    const up = new Gauge({
      name: 'pando_primary_up',
      help: 'Primary serves its ports.',
      labelNames: ['primary'],
      registers: [registry],
    });
    for (const view of supervisor.primaries()) up.set({primary: String(view.ordinal)}, view.state === 'ready' ? 1 : 0);
    void registry.metrics().then(done);
  });
}

function putPrimaries(registry: Registry, stats: readonly PrimaryStats[]): void {
  const names = new Set(stats.flatMap(one => one.counters.map(([name]) => name)).concat('sessions'));
  for (const name of names) {
    const options = {
      name: `pando_${name}`,
      help: name.replaceAll('_', ' '),
      labelNames: ['primary'] as const,
      registers: [registry],
    };
    const figure = GAUGES.has(name) ? new Gauge(options) : new Counter({...options, name: `pando_${name}_total`});
    for (const one of stats) {
      const value = name === 'sessions' ? one.sessions : (one.counters.find(([other]) => other === name)?.[1] ?? 0);
      figure.inc({primary: String(one.ordinal)}, value);
    }
  }
}

/** One line per storage node and figure. */
function putNodes(registry: Registry, nodes: readonly StatusStorageNode[]): void {
  const labelNames = ['node', 'zone'] as const;
  const put = (name: string, value: (node: StatusStorageNode) => number): void => {
    const gauge = new Gauge({
      name: `pando_storage_node_${name}`,
      help: name.replaceAll('_', ' '),
      labelNames,
      registers: [registry],
    });
    for (const one of nodes) gauge.set({node: String(one.node), zone: one.zone}, value(one));
  };
  put('up', one => (one.health === 'away' || one.health === 'failed' ? 0 : 1));
  put('whole', one => (one.health === 'whole' || one.health === 'leaving' ? 1 : 0));
  put('lag_bytes', one => one.lag);
  for (const name of new Set(nodes.flatMap(one => Object.keys(one.counters))))
    put(name, one => one.counters[name] ?? 0);
  putReplicas(registry, nodes);
}

/** One line per storage node, protection group and stream. */
function putReplicas(registry: Registry, nodes: readonly StatusStorageNode[]): void {
  const labelNames = ['node', 'zone', 'group', 'stream'] as const;
  const registers = [registry];
  const scl = new Gauge({name: 'pando_storage_replica_scl', help: 'segment-complete LSN', labelNames, registers});
  const lag = new Gauge({
    name: 'pando_storage_replica_lag_bytes',
    help: 'redo that another replica of the group has',
    labelNames,
    registers,
  });
  for (const {node, zone, replicas} of nodes) {
    for (const replica of replicas) {
      const labels = {node: String(node), zone, group: String(replica.pg), stream: String(replica.incarnation)};
      scl.set(labels, replica.scl);
      lag.set(labels, replica.lag);
    }
  }
}

function putStorage(registry: Registry, counters: ReadonlyMap<string, number>): void {
  for (const [name, value] of counters) {
    const gauge = new Gauge({name: `pando_storage_${name}`, help: name.replaceAll('_', ' '), registers: [registry]});
    gauge.set(value);
  }
}
