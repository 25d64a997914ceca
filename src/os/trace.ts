// Events for people, as lines of JSON or as plain text on a terminal. Never a secret, never per query.

import {createRequire} from 'node:module';
import type {Trace} from '../env/trace.ts';

/** Plain text, lines of JSON, or nothing at all. */
export type TraceForm = 'text' | 'json' | 'none';

export interface TraceOptions {
  readonly form: TraceForm;
  /** Name of the part that speaks: "supervisor", "primary 2". */
  readonly part: string;
}

/** The trace of one thread, written to standard error. */
export function openTrace({form, part}: TraceOptions): Trace {
  if (form === 'json') return jsonTrace(part);
  return form === 'text' ? plainTrace(part) : {info: () => {}, warn: () => {}, error: () => {}};
}

/** The library is loaded by who wants JSON; it takes time that a start does not have. */
function jsonTrace(part: string): Trace {
  const {pino} = createRequire(import.meta.url)('pino') as typeof import('pino');
  const log = pino({base: {part}}, pino.destination({dest: 2, sync: true}));
  return {
    info: (event, fields) => log.info(fields ?? {}, event),
    warn: (event, fields) => log.warn(fields ?? {}, event),
    error: (event, fields) => log.error(fields ?? {}, event),
  };
}

function plainTrace(part: string): Trace {
  const write = (level: string, event: string, fields?: Readonly<Record<string, unknown>>): void => {
    const rest = Object.entries(fields ?? {}).map(
      ([name, value]) => ` ${name}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
    );
    process.stderr.write(`${level}${part}: ${event}${rest.join('')}\n`);
  };
  return {
    info: (event, fields) => write('', event, fields),
    warn: (event, fields) => write('warning: ', event, fields),
    error: (event, fields) => write('ERROR: ', event, fields),
  };
}
