// The protocol's pure parts as scripts: what a replica holds of a stream, and what makes a quorum.

import {test} from 'node:test';
import {runGolden} from '../../testing/golden.ts';
import type {Membership} from './api.ts';
import {type BatchRef, StreamChain} from './chain.ts';
import {beginReplacement, endReplacement, isReadQuorum, isWriteQuorum, quorumPoint} from './membership.ts';

const folder = new URL('./golden/', import.meta.url).pathname;

function chainScript(): (line: string) => string {
  let chain = new StreamChain(1);
  const refs = new Map<number, BatchRef>();
  const show = (): string => {
    const waiting = [...chain.waiting.values()].map(ref => `${ref.prev}..${ref.end}`).sort();
    const held = chain.held.map(ref => `${ref.prev}..${ref.end}`);
    return `base=${chain.base} scl=${chain.scl}${chain.isWhole ? ' whole' : ''}  held ${held.join(' ') || '-'}  waiting ${waiting.join(' ') || '-'}`;
  };
  return line => {
    const [command, a = '', b = ''] = line.split(' ');
    if (command === 'batch') {
      const [prev, end] = a.split('..').map(Number);
      const known = chain.has(prev, end);
      const ref = {
        incarnation: 1,
        prev,
        end,
        first: prev,
        checkpoint: 0,
        vdl: 0,
        file: 1,
        at: 0,
        length: 100,
        bytes: undefined,
        arrived: 0,
      };
      refs.set(prev, ref);
      chain.add(ref);
      return known ? `${a} is known` : '';
    }
    if (command === 'lose') chain.lose(refs.get(Number(a)) as BatchRef);
    else if (command === 'collect') chain.collectTo(Number(a));
    else if (command === 'seal') chain.seal(Number(a), Number(b));
    else if (command === 'restart') chain.restart(Number(a));
    else if (command === 'reaches') return `reaches ${a}: ${chain.reaches(Number(a))}`;
    else if (command === 'new') chain = new StreamChain(1);
    else return show();
    return '';
  };
}

function quorumScript(): (line: string) => string {
  let membership: Membership = {epoch: 1, sets: [[1, 2, 3, 4, 5, 6]]};
  const sets = (): string =>
    `epoch ${membership.epoch}: ${membership.sets.map(set => `{${set.join(' ')}}`).join(' and ')}`;
  return line => {
    const [command, ...rest] = line.split(' ');
    if (command === 'scl') {
      const points = new Map(rest.map(one => one.split('=').map(Number) as [number, number]));
      return `pgcl=${quorumPoint(membership, node => points.get(node) ?? 0)}`;
    }
    const nodes = rest.map(Number);
    if (command === 'answer') {
      const has = (node: number): boolean => nodes.includes(node);
      return `${rest.join(' ')}: read ${isReadQuorum(membership, has)} write ${isWriteQuorum(membership, has)}`;
    }
    if (command === 'replace') membership = beginReplacement(membership, nodes[0], nodes[1]);
    else membership = endReplacement(membership, command === 'finish');
    return sets();
  };
}

test('one stream in one replica', () => runGolden(`${folder}chain.txt`, chainScript()));
test('what makes a quorum', () => runGolden(`${folder}quorum.txt`, quorumScript()));
