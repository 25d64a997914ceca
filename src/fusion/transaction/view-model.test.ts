// A small exhaustive model of view publication, commit window and slot reuse (K2, K15, S1): one slot, its owner, readers and a
// late helper, every interleaving of their atomic steps. The rules pass; each broken variant is found out.
//
// The owner commits T1 in the slot, reuses it for T2 and commits that. A reader takes a view and judges the row of its transaction twice. Both
// verdicts must be equal, and equal to "CTS <= view" once the CTS is known.

import assert from 'node:assert/strict';
import {test} from 'node:test';

interface Rules {
  /** A reader's floor is published before its view is taken (K2); else an idle reader counts as no minimum. */
  readonly floorBeforeView: boolean;
  /** The slot says COMMITTING before the CTS is drawn. */
  readonly committing: boolean;
  /** The version is read again after the state (K15). */
  readonly bracket: boolean;
  /** The COMMITTING word carries the version (S1). */
  readonly tag: boolean;
}
const RULES: Rules = {floorBeforeView: true, committing: true, bracket: true, tag: true};

const NONE = -1;
const ACTIVE = -10;
const COMMITTING = -20;
const INVISIBLE = 0;
const VISIBLE = 1;

/** One actor: where it is, and its private values. */
interface Actor {
  kind: 'owner' | 'reader' | 'helper';
  at: number;
  /** Transaction that a reader judges: 1 or 2. */
  of: number;
  view: number;
  version: number;
  state: number;
  drawn: number;
  verdicts: number[];
}

interface State {
  tso: number;
  version: number;
  /** ACTIVE - v, COMMITTING - v, or a CTS. */
  slot: number;
  floors: number[];
  cts: number[];
  actors: Actor[];
}

function actor(kind: Actor['kind'], of: number): Actor {
  return {kind, at: 0, of, view: NONE, version: NONE, state: NONE, drawn: NONE, verdicts: []};
}

function committing(rules: Rules, version: number): number {
  return rules.tag ? COMMITTING - version : COMMITTING;
}

/** Compare-and-swap of (COMMITTING, version) -> the drawn value; remembers the CTS of whoever is hit. */
function publish(state: State, rules: Rules, expected: number, drawn: number): boolean {
  const hit = state.slot === expected || (!rules.tag && expected <= COMMITTING && state.slot === COMMITTING);
  if (hit) {
    state.slot = drawn;
    state.cts[state.version] = drawn;
  }
  return true;
}

/** T2 enters the slot: the version first. */
function enter(state: State): boolean {
  state.version = 2;
  return true;
}

function horizon(state: State): number {
  return Math.min(...state.floors.map(floor => (floor === NONE ? state.tso : floor)));
}

/** The owner: T1 commits, the slot is reused when the horizon has passed, T2 commits. False: it cannot move now. */
function stepOwner(state: State, me: Actor, rules: Rules): boolean {
  const version = me.at < 3 ? 1 : 2;
  const before = rules.committing ? committing(rules, version) : ACTIVE - version;
  const phases: (() => boolean)[] = [
    () => set(state, before),
    () => draw(state, me),
    () => publish(state, rules, before, me.drawn),
    () => horizon(state) >= state.cts[1],
    () => enter(state),
    () => set(state, ACTIVE - 2),
    () => set(state, before),
    () => draw(state, me),
    () => publish(state, rules, before, me.drawn),
  ];
  if (me.at >= phases.length || !phases[me.at]()) return false;
  me.at++;
  return true;
}

function set(state: State, value: number): boolean {
  state.slot = value;
  return true;
}

function draw(state: State, me: Actor): boolean {
  me.drawn = ++state.tso;
  return true;
}

/** A helper that met T1 COMMITTING: draws, and swaps at any later time. */
function stepHelper(state: State, me: Actor, rules: Rules): boolean {
  if (me.at === 0 && state.slot !== committing(rules, 1)) return false;
  if (me.at === 0) draw(state, me);
  else if (me.at === 1) publish(state, rules, committing(rules, 1), me.drawn);
  else return false;
  me.at++;
  return true;
}

/** A reader: floor, view, then the slot of its row, twice. */
function stepReader(state: State, index: number, rules: Rules): boolean {
  const me = state.actors[index];
  if (me.verdicts.length === 2) return false;
  if (me.at === 0) {
    if (rules.floorBeforeView) state.floors[index] = state.tso;
  } else if (me.at === 1) {
    me.view = state.tso;
  } else if (me.at === 2) {
    if (state.floors[index] === NONE) state.floors[index] = me.view;
  } else if (me.at === 3) {
    if (me.of === 2 && (state.version < 2 || state.slot >= 0)) return false; // the row of T2 exists once its slot is ACTIVE
    me.version = state.version;
  } else if (me.at === 4) {
    me.state = state.slot;
  } else if (me.at === 5) {
    return judge(state, me, rules);
  } else {
    publish(state, rules, committing(rules, me.of), me.drawn);
    me.at = 3;
    return true;
  }
  me.at++;
  return true;
}

function judge(state: State, me: Actor, rules: Rules): boolean {
  if (rules.bracket && me.version !== state.version) {
    me.at = 3;
    return true;
  }
  if (me.version === me.of && me.state === committing(rules, me.of) && rules.committing) {
    draw(state, me);
    me.at = 6;
    return true;
  }
  const isReused = me.version > me.of;
  const isVisible = isReused || (me.state > 0 && me.state <= me.view);
  me.verdicts.push(isVisible ? VISIBLE : INVISIBLE);
  me.at = 3;
  return true;
}

function step(state: State, index: number, rules: Rules): boolean {
  const me = state.actors[index];
  if (me.kind === 'owner') return stepOwner(state, me, rules);
  if (me.kind === 'helper') return stepHelper(state, me, rules);
  return stepReader(state, index, rules);
}

/** What a reader has seen that it must not have seen. */
function violation(state: State): string | undefined {
  for (const me of state.actors) {
    if (me.kind !== 'reader' || me.verdicts.length === 0) continue;
    const cts = state.cts[me.of];
    if (me.verdicts.length === 2 && me.verdicts[0] !== me.verdicts[1]) return `T${me.of} changes under view ${me.view}`;
    if (cts === NONE) continue;
    if (me.verdicts.some(verdict => (verdict === VISIBLE) !== cts <= me.view))
      return `T${me.of}, CTS ${cts}, view ${me.view}`;
  }
  return undefined;
}

/** Runs every interleaving. Returns the number of states, or the first violation. */
function explore(rules: Rules, actors: Actor[]): {states: number; violation: string | undefined} {
  const start: State = {
    tso: 1,
    version: 1,
    slot: ACTIVE - 1,
    floors: actors.map(each => (each.kind === 'reader' && rules.floorBeforeView ? 1 : NONE)),
    cts: [NONE, NONE, NONE],
    actors,
  };
  const seen = new Set<string>();
  const open = [JSON.stringify(start)];
  for (let text = open.pop(); text !== undefined; text = open.pop()) {
    if (seen.has(text)) continue;
    seen.add(text);
    for (let index = 0; index < actors.length; index++) {
      const next = JSON.parse(text) as State;
      if (!step(next, index, rules)) continue;
      const found = violation(next);
      if (found !== undefined) return {states: seen.size, violation: found};
      open.push(JSON.stringify(next));
    }
  }
  return {states: seen.size, violation: undefined};
}

const ONE_READER = () => [actor('owner', 0), actor('reader', 1)];
const WITH_HELPER = () => [actor('owner', 0), actor('reader', 2), actor('helper', 0)];

test('with all rules no interleaving shows a forbidden verdict', () => {
  for (const actors of [ONE_READER(), WITH_HELPER()]) {
    const result = explore(RULES, actors);
    assert.equal(result.violation, undefined);
    assert.ok(result.states > 200, `only ${result.states} states`);
  }
});

test('K2: an idle reader that counts as no minimum loses its snapshot', () => {
  assert.ok(explore({...RULES, floorBeforeView: false}, ONE_READER()).violation);
});

test('without COMMITTING a transaction is active now and committed below the view later', () => {
  assert.ok(explore({...RULES, committing: false}, ONE_READER()).violation);
});

test('K15: without the second look at the version a committed row is invisible', () => {
  assert.ok(explore({...RULES, bracket: false}, ONE_READER()).violation);
});

test('S1: without the version in the word a late helper writes into the next occupant', () => {
  assert.ok(explore({...RULES, tag: false}, WITH_HELPER()).violation);
});
