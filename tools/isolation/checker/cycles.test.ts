// The search against brute force: on small random graphs, every level gets the verdict that listing all simple cycles gives.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Prng} from '../../../src/base/prng.ts';
import {type CycleName, defaultLimits, findCycles, nameOf} from './cycles.ts';
import {type Graph, GraphBuilder, Kind} from './graph.ts';
import {judge} from './levels.ts';

function randomGraph(random: Prng): Graph {
  const nodes = 2 + random.below(6);
  const builder = new GraphBuilder();
  const readers = Array.from({length: nodes}, () => random.chance(0.4));
  const order = random.chance(0.5) ? Kind.process : Kind.realtime;
  const edges = 1 + random.below(nodes * 3);
  for (let i = 0; i < edges; i++) {
    const source = random.below(nodes);
    const target = random.below(nodes);
    const kind = [Kind.ww, Kind.wr, Kind.rw, Kind.rw, order][random.below(5)];
    const writes = kind === Kind.ww || kind === Kind.wr;
    const overwrites = kind === Kind.ww || kind === Kind.rw;
    if ((writes && readers[source]) || (overwrites && readers[target])) continue;
    builder.add(source, target, kind === Kind.rw && readers[source] ? Kind.rw | Kind.readOnly : kind, -1);
  }
  return builder.build(nodes);
}

/** The names of all simple cycles, each found from its smallest node. */
function bruteForce(graph: Graph): Set<CycleName> {
  const names = new Set<CycleName>();
  const path: number[] = [];
  const on = new Set<number>();
  const walk = (first: number, node: number): void => {
    for (let e = graph.offsets[node]; e < graph.offsets[node + 1]; e++) {
      const target = graph.targets[e];
      if (target < first || (target !== first && on.has(target))) continue;
      path.push(graph.kinds[e]);
      if (target === first) addNames(path, names);
      else {
        on.add(target);
        walk(first, target);
        on.delete(target);
      }
      path.pop();
    }
  };
  for (let n = 0; n < graph.nodes; n++) walk(n, n);
  return names;
}

function addNames(kinds: readonly number[], names: Set<CycleName>): void {
  const name = nameOf(kinds);
  names.add(name);
  const rws = kinds.filter(k => (k & Kind.rw) !== 0);
  if (rws.length > 0 && rws.every(k => (k & Kind.readOnly) !== 0) && !name.startsWith('G2')) {
    names.add(`fractured-snapshot${/-(process|realtime)$/.exec(name)?.[0] ?? ''}` as CycleName);
  }
}

test('every level gets the verdict of brute force, and every witness is a real cycle of its name', () => {
  const random = new Prng(7);
  let cyclic = 0;
  for (let round = 0; round < 4000; round++) {
    const graph = randomGraph(random);
    const expected = bruteForce(graph);
    const found = findCycles(graph);
    if (found.length > 0) cyclic++;
    for (const {name, steps} of found) {
      assert.ok(expected.has(name), `round ${round}: ${name} is not there`);
      steps.forEach((step, i) => {
        assert.equal(step.target, steps[(i + 1) % steps.length].source);
      });
      assert.equal(new Set(steps.map(s => s.source)).size, steps.length);
    }
    const names = found.map(c => c.name);
    assert.deepEqual(verdicts(names), verdicts(expected), `round ${round}: found ${names}, there are ${[...expected]}`);
    for (const exact of ['G0', 'G1c', 'G-single', 'G2-item'] as const) {
      assert.equal(names.includes(exact), expected.has(exact), `round ${round}: ${exact}`);
    }
  }
  assert.ok(cyclic > 1000 && cyclic < 3900);
});

function verdicts(names: Iterable<CycleName>): string[] {
  return judge(names)
    .filter(v => !v.valid)
    .map(v => v.level);
}

test('without any budget the verdicts stay the same', () => {
  const random = new Prng(11);
  for (let round = 0; round < 1000; round++) {
    const graph = randomGraph(random);
    const none = findCycles(graph, {...defaultLimits, visits: -1});
    assert.deepEqual(verdicts(none.map(c => c.name)), verdicts(bruteForce(graph)), `round ${round}`);
  }
});
