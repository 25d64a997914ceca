// `pando sql`: statements from -e, from standard input, or typed at a prompt; results as tables. Input that is not typed stops at the first error, with exit code 1.

import {createInterface} from 'node:readline';
import pc from 'picocolors';
import {parseCount} from '../sizes.ts';
import {printTable} from '../table.ts';
import {type ResultSet, ServerError, SqlClient} from './client.ts';
import {StatementCutter} from './statements.ts';

export interface SqlArguments {
  readonly execute?: string;
  readonly host: string;
  readonly port: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly tls: boolean;
}

const PROMPT = 'pando> ';
const MORE_PROMPT = '    -> ';

export async function sql(args: SqlArguments): Promise<void> {
  const {host, user, password, database, tls} = args;
  const port = parseCount(args.port, '--port', 1, 65_535);
  const isTyped = args.execute === undefined && process.stdin.isTTY === true;
  try {
    const client = await SqlClient.open({host, port, user, password, database, tls});
    if (args.execute !== undefined) await runAll(client, args.execute.split('\n'));
    else await runInput(client, isTyped);
    client.close();
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    console.error(pc.red(shown(error)));
    process.exitCode = 1;
    process.exit();
  }
}

/** As the mysql command line says it. */
function shown({errno, sqlState, words}: ServerError): string {
  return `ERROR ${errno} (${sqlState}): ${words}`;
}

async function runAll(client: SqlClient, lines: readonly string[]): Promise<void> {
  const cutter = new StatementCutter();
  for (const line of lines) for (const statement of cutter.line(line)) await run(client, statement);
  const rest = cutter.rest();
  if (rest !== '') await run(client, rest);
}

/** Reads lines to the end of the input; a person who types goes on after an error, and may say `exit`. */
async function runInput(client: SqlClient, isTyped: boolean): Promise<void> {
  const cutter = new StatementCutter();
  const lines = createInterface({input: process.stdin, output: isTyped ? process.stdout : undefined, prompt: PROMPT});
  const ask = (): void => {
    if (!isTyped) return;
    lines.setPrompt(cutter.isEmpty ? PROMPT : MORE_PROMPT);
    lines.prompt();
  };
  ask();
  for await (const line of lines) {
    if (isTyped && cutter.isEmpty && /^\s*(exit|quit|\\q)\s*;?\s*$/i.test(line)) break;
    for (const statement of cutter.line(line)) await (isTyped ? runTyped(client, statement) : run(client, statement));
    ask();
  }
  lines.close();
  const rest = cutter.rest();
  if (rest !== '') await (isTyped ? runTyped(client, rest) : run(client, rest));
}

async function runTyped(client: SqlClient, statement: string): Promise<void> {
  const started = performance.now();
  try {
    await run(client, statement);
    console.log(pc.dim(`${((performance.now() - started) / 1000).toFixed(3)} s`));
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    console.error(pc.red(shown(error)));
  }
}

async function run(client: SqlClient, statement: string): Promise<void> {
  for await (const result of client.query(statement)) show(result);
}

function show({columns, rows, affectedRows, warnings}: ResultSet): void {
  if (columns.length > 0) {
    if (rows.length > 0)
      console.log(
        printTable(
          columns,
          rows.map(row => row.map(cell => cell ?? 'NULL')),
        ),
      );
    console.log(pc.dim(`${rows.length} ${rows.length === 1 ? 'row' : 'rows'}${warned(warnings)}`));
  } else console.log(pc.dim(`OK, ${affectedRows} ${affectedRows === 1 ? 'row' : 'rows'} changed${warned(warnings)}`));
}

function warned(count: number): string {
  return count === 0 ? '' : `, ${count} ${count === 1 ? 'warning' : 'warnings'}`;
}
