// The same random transactions on Pando, MariaDB and Galera, without any faults: what each of them shows, as a table in Markdown.
//
//   node test/acceptance/rivals.ts --servers pando-3,mariadb,galera-3 --seconds 30
//
// Clients move between all servers of a cluster. Galera and MariaDB must be installed; they are started with data directories of their own, on loopback.

import {setTimeout as pause} from 'node:timers/promises';
import {parseArgs} from 'node:util';
import {makeServer} from '../../bench/servers/catalog.ts';
import type {Server} from '../../bench/servers/server.ts';
import {makeScratch} from '../../bench/system/scratch.ts';
import {checkHistory} from '../../tools/isolation/checker/check.ts';
import {explain, explanationLines} from '../../tools/isolation/checker/explain.ts';
import {mysqlServer} from '../../tools/isolation/runner/mysql2-server.ts';
import {runWorkload} from '../../tools/isolation/runner/run.ts';
import {createWorkload} from '../../tools/isolation/workloads/catalog.ts';
import type {Workload} from '../../tools/isolation/workloads/workload.ts';

const {values: options} = parseArgs({
  options: {
    servers: {type: 'string', default: 'pando-3,mariadb,galera-3'},
    levels: {type: 'string', default: 'READ COMMITTED,REPEATABLE READ,SERIALIZABLE'},
    seconds: {type: 'string', default: '30'},
    clients: {type: 'string', default: '12'},
    keys: {type: 'string', default: '10'},
    set: {type: 'string', multiple: true, default: []},
    explain: {type: 'boolean', default: false},
  },
});
const BUFFER_MIB = 128;
const MS_MAX = 60_000;

async function row(server: Server, isolation: string): Promise<string> {
  const workload = createWorkload('append', {seed: 1, pause: 2, keys: Number(options.keys)}) as Workload;
  const settings = {isolation, variables: options.set, password: undefined, prepared: false, timeout: MS_MAX};
  const servers = server.ports.map(port => mysqlServer(`mysql://root@127.0.0.1:${port}/isolation`, settings));
  const events = await runWorkload(
    workload,
    servers,
    {now: () => performance.now(), sleep: pause},
    {clients: Number(options.clients), duration: Number(options.seconds) * 1000, hop: 0.2, seed: 1, patience: MS_MAX},
  );
  const count = (type: string): number => events.filter(event => event.type === type).length;
  const report = checkHistory(events, {realtimeKeys: true});
  if (options.explain) for (const found of explain(report)) console.log(explanationLines(found).join('\n'));
  const found = [...report.counts].map(([name, times]) => `${name} ${times}`).join(', ');
  const refuted = report.weakestRefuted.join(', ') || 'none';
  return `| ${server.name} | ${isolation} | ${count('ok')} | ${count('fail')} | ${found || 'nothing'} | ${refuted} |`;
}

const scratch = makeScratch();
const rows: string[] = [];
try {
  for (const name of options.servers.split(',')) {
    const server = await makeServer(name, {scratch, bufferMiB: BUFFER_MIB}, '1');
    if (server === undefined) {
      console.log(`${name} is not installed`);
      continue;
    }
    await server.start();
    console.log(`${name}: ${server.version}`);
    try {
      for (const isolation of options.levels.split(',')) {
        rows.push(await row(server, isolation));
        console.log(rows.at(-1));
      }
    } finally {
      await server.kill();
    }
  }
} finally {
  scratch.remove();
}
console.log(
  `\n| server | level | committed | rolled back | found | weakest levels refuted |\n|---|---|---|---|---|---|\n${rows.join('\n')}`,
);
