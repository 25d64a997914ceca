// Short ways to write histories in tests: `txn(0, 'ok', 'a x 1, r y 1 2')` is the invocation and the completion of one transaction.

import type {EventType, HistoryEvent, Mop, Scalar} from '../history/types.ts';

/** Mops as text: `a k v` appends, `w k v` writes, `r k v v ..` reads a list, `g k v` reads a register (`g k` reads nil). */
export function mops(text: string): Mop[] {
  return text.split(',').map(part => {
    const [f, key, ...values] = part.trim().split(/\s+/).map(word);
    if (f === 'a') return ['append', key, values[0]];
    if (f === 'w') return ['w', key, values[0]];
    if (f === 'g') return ['r', key, values[0] ?? null];
    return ['r', key, values];
  });
}

function word(text: string): Scalar {
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

function asked(done: readonly Mop[]): Mop[] {
  return done.map(mop => (mop[0] === 'r' ? ['r', mop[1], null] : mop));
}

export function invoke(process: number, text: string): HistoryEvent {
  return {type: 'invoke', process, f: 'txn', value: asked(mops(text))};
}

export function complete(process: number, type: EventType, text: string): HistoryEvent {
  return {type, process, f: 'txn', value: type === 'ok' ? mops(text) : asked(mops(text))};
}

export function txn(process: number, type: EventType, text: string): HistoryEvent[] {
  return [invoke(process, text), complete(process, type, text)];
}

/** Transactions that all overlap: every invocation comes before every completion; process i runs the i-th. */
export function concurrent(...texts: readonly string[]): HistoryEvent[] {
  const parts = texts.map(text => {
    const [, type, rest] = /^(ok|fail|info)?:?\s*(.*)$/.exec(text) as RegExpExecArray;
    return {type: (type ?? 'ok') as EventType, rest};
  });
  return [
    ...parts.map((part, i) => invoke(i, part.rest)),
    ...parts.map((part, i) => complete(i, part.type, part.rest)),
  ];
}
