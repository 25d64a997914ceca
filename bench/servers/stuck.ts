// What a server was doing when its clients got no answer: the statements that every node says it is running.

import type {Value} from '../../src/protocol/client/row-reader.ts';
import {type Server, withConnection} from './server.ts';

/** A node that does not answer this either is stuck as a whole. Milliseconds. */
const PATIENCE_MS = 3000;
/** Statements told of each node. */
const TOLD_MAX = 5;

/** One line per node. */
export async function stuckStatements(server: Server): Promise<string> {
  const nodes = await Promise.all(server.ports.map((port, i) => nodeStatements(port, i + 1)));
  return nodes.join('; ');
}

async function nodeStatements(port: number, node: number): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>(done => {
    timer = setTimeout(() => done(`node ${node} does not answer`), PATIENCE_MS);
  });
  const list = withConnection(port, connection => connection.query('SHOW FULL PROCESSLIST'))
    .then(({rows}) => `node ${node} runs ${describe(rows)}`)
    .catch(error => `node ${node}: ${error instanceof Error ? error.message : error}`);
  const line = await Promise.race([list, late]);
  clearTimeout(timer);
  return line;
}

/** Columns of the list: id, user, host, database, command, seconds, state, statement. */
function describe(rows: readonly (readonly Value[])[]): string {
  const busy = rows.filter(row => row[4] !== 'Sleep' && !String(row[7]).startsWith('SHOW'));
  const told = busy.slice(0, TOLD_MAX).map(row => `[${row[5]} s, ${row[6]}] ${String(row[7]).slice(0, 120)}`);
  return `${busy.length} statements${told.length === 0 ? '' : `: ${told.join(' | ')}`}`;
}
