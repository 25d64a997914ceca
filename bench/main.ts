// `npm run bench`: Pando side by side with the servers it replaces. See README.md here.

import {fileURLToPath} from 'node:url';
import {runGroup, type Session} from './group.ts';
import {HELP, type Options, readOptions} from './options.ts';
import {type BenchResult, type GroupResult, RESULT_FORMAT, type Study} from './report/result.ts';
import {judge} from './report/targets.ts';
import {reportText} from './report/text.ts';
import {writeResult} from './report/write.ts';
import {runStudy} from './studies/catalog.ts';
import {endAll} from './system/children.ts';
import {describeMachine} from './system/machine.ts';
import {makeScratch, type Scratch} from './system/scratch.ts';
import {makeWorkloads} from './workloads/catalog.ts';
import {sysbenchVersion} from './workloads/sysbench.ts';

const RESULTS = fileURLToPath(new URL('./results', import.meta.url));

/** Exit code of a program that was interrupted. */
const INTERRUPTED = 130;

let options: Options | undefined;
try {
  options = readOptions(process.argv.slice(2), RESULTS);
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : error}`);
  process.exit(2);
}
if (options === undefined) console.log(HELP);
else await bench(options);

async function bench(options: Options): Promise<void> {
  const scratch = makeScratch(options.scratch);
  endOnSignals(scratch);
  try {
    const result = await measureAll(options, scratch);
    console.log(`\n${reportText(result)}`);
    console.log(`\nwritten to ${writeResult(result, options.out)}`);
  } finally {
    await endAll();
    scratch.remove();
  }
}

async function measureAll(options: Options, scratch: Scratch): Promise<BenchResult> {
  const started = performance.now();
  const startedAt = new Date().toISOString();
  const say = (line: string): void =>
    console.log(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${line}`);
  const session: Session = {options, scratch, deadline: started + options.deadlineSeconds * 1000, say};
  const machine = await describeMachine(scratch.directory);
  const workloads = makeWorkloads(options, say);
  const groups: GroupResult[] = [];
  if (workloads.length > 0) for (const plan of options.groups) groups.push(await runGroup(session, plan, workloads));
  const studies: Study[] = [];
  for (const name of options.studies) studies.push(await runStudy(name, session));
  const {groups: _groups, out: _out, scratch: _scratch, ...settings} = options;
  return {
    format: RESULT_FORMAT,
    startedAt,
    seconds: (performance.now() - started) / 1000,
    profile: options.profile,
    machine,
    tools: {sysbench: sysbenchVersion() ?? 'not installed', node: process.version},
    settings: Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)])),
    workloads: Object.fromEntries(workloads.map(workload => [workload.name, workload.settings])),
    groups,
    studies,
    verdicts: judge({groups, studies}),
  };
}

/** Ctrl-C ends every process that was started and removes the data; a second one does not wait. */
function endOnSignals(scratch: Scratch): void {
  let asked = false;
  const end = (): void => {
    if (asked) process.exit(INTERRUPTED);
    asked = true;
    console.log('\nending the servers ...');
    void endAll().then(() => {
      scratch.remove();
      process.exit(INTERRUPTED);
    });
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
}
