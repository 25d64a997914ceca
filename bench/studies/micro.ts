// Runs the micro-benchmarks in a process of their own, where nothing else has shaped the compiled code.

import {fileURLToPath} from 'node:url';
import type {Session} from '../group.ts';
import type {Study, StudyRow} from '../report/result.ts';
import {run} from '../system/children.ts';

const MAIN = fileURLToPath(new URL('../micro/main.ts', import.meta.url));

export async function microStudy(session: Session): Promise<Study> {
  const {code, output} = await run(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, '--json']);
  const settings = {node: process.version};
  const title = 'Micro-benchmarks, each beside its limit';
  const found = /^\[.*\]$/m.exec(output);
  if (code !== 0 || found === null) {
    session.say(`! micro-benchmarks ended with ${code}`);
    return {name: 'micro', title, settings, rows: [], notes: [`ended with ${code}: ${output.slice(-1500)}`]};
  }
  const rows = JSON.parse(found[0]) as StudyRow[];
  session.say(`${rows.length} micro-benchmarks`);
  return {name: 'micro', title, settings, rows, notes: []};
}
