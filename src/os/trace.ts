// Events for people, as lines of JSON or as plain text on a terminal. Never a secret, never per query.

import {pino} from 'pino';
import type {Trace} from '../env/trace.ts';

export interface TraceOptions {
  /** Lines of JSON instead of plain text. */
  readonly json: boolean;
  /** Name of the part that speaks: "supervisor", "primary 2". */
  readonly part: string;
}

/** The trace of one thread, written to standard error. */
export function openTrace(options: TraceOptions): Trace {
  if (!options.json) return plainTrace(options.part);
  const log = pino({base: {part: options.part}}, pino.destination({dest: 2, sync: true}));
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
