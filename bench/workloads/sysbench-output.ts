// Reads the text that sysbench 1.0.20 prints at the end of a run.

import {failed, type Sample} from './workload.ts';

/** The sample in `output`; one with a failure when sysbench ended early or printed no summary. */
export function parseSysbench(output: string): Sample {
  const fatal = output
    .split('\n')
    .filter(line => line.startsWith('FATAL'))
    .slice(0, 2);
  if (fatal.length > 0) return failed(fatal.join(' '));
  const transactions = /transactions:\s+(\d+)\s+\(([\d.]+) per sec/.exec(output);
  const p95 = /95th percentile:\s+([\d.]+)/.exec(output);
  if (transactions === null || p95 === null) return failed(`no summary: ${output.trim().slice(-300)}`);
  return {
    rate: Number(transactions[2]),
    p95Ms: Number(p95[1]),
    done: Number(transactions[1]),
    errors: count(output, 'ignored errors'),
    reconnects: count(output, 'reconnects'),
    more: {queriesPerSecond: Number(/queries:\s+\d+\s+\(([\d.]+) per sec/.exec(output)?.[1] ?? Number.NaN)},
  };
}

function count(output: string, name: string): number {
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(output)?.[1] ?? 0);
}
