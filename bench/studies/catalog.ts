// Studies by the names of the command line.

import type {Session} from '../group.ts';
import type {Study} from '../report/result.ts';
import {idleStudy} from './idle.ts';
import {microStudy} from './micro.ts';
import {modesStudy} from './modes.ts';
import {projectionStudy} from './projection.ts';
import {restartStudy} from './restart.ts';
import {sharedDataStudy} from './shared-data.ts';
import {startStudy} from './start.ts';
import {writeAmplificationStudy} from './write-amplification.ts';

const RUNS: ReadonlyMap<string, (session: Session) => Promise<Study>> = new Map([
  ['micro', microStudy],
  ['start', startStudy],
  ['idle', idleStudy],
  ['restart', restartStudy],
  ['shared-data', sharedDataStudy],
  ['modes', modesStudy],
  ['projection', projectionStudy],
  ['write-amplification', writeAmplificationStudy],
]);

export async function runStudy(name: string, session: Session): Promise<Study> {
  const run = RUNS.get(name);
  if (run === undefined) throw new Error(`there is no study ${name}`);
  session.say(`study: ${name}`);
  return run(session);
}
