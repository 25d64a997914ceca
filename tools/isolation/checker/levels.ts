// Isolation levels as sets of anomalies they forbid. A level forbids what the levels it extends forbid.
//
// The names are those of Adya's thesis and of the checkers built on it, not those of vendors: MySQL's own REPEATABLE READ is
// `innodb-repeatable-read` here, which is weaker than both `repeatable-read` and `snapshot-isolation`.

import type {AnomalyName} from './anomaly.ts';

export const levelNames = [
  'read-uncommitted',
  'read-committed',
  'monotonic-atomic-view',
  'innodb-repeatable-read',
  'strong-innodb-repeatable-read',
  'repeatable-read',
  'snapshot-isolation',
  'strong-session-snapshot-isolation',
  'strong-snapshot-isolation',
  'serializable',
  'strong-session-serializable',
  'strict-serializable',
] as const;
export type LevelName = (typeof levelNames)[number];

interface Level {
  readonly extends: readonly LevelName[];
  readonly forbids: readonly AnomalyName[];
}

const levels: Readonly<Record<LevelName, Level>> = {
  'read-uncommitted': {
    extends: [],
    forbids: ['G0', 'duplicate-elements', 'cyclic-versions', 'unwritten-read', 'lost-write', 'divergent-final-read'],
  },
  'read-committed': {
    extends: ['read-uncommitted'],
    forbids: ['G1a', 'G1b', 'G1c', 'dirty-update', 'incompatible-order'],
  },
  'monotonic-atomic-view': {
    extends: ['read-committed'],
    forbids: ['internal', 'internal-read-only', 'future-read'],
  },
  'innodb-repeatable-read': {
    extends: ['read-committed'],
    forbids: ['internal-read-only', 'future-read', 'fractured-snapshot'],
  },
  'strong-innodb-repeatable-read': {
    extends: ['innodb-repeatable-read'],
    forbids: [
      'G0-process',
      'G1c-process',
      'fractured-snapshot-process',
      'G0-realtime',
      'G1c-realtime',
      'fractured-snapshot-realtime',
    ],
  },
  'repeatable-read': {
    extends: ['read-committed'],
    forbids: ['G-single', 'G-nonadjacent', 'G2-item', 'lost-update', 'fractured-snapshot'],
  },
  'snapshot-isolation': {
    extends: ['monotonic-atomic-view', 'innodb-repeatable-read'],
    forbids: ['G-single', 'G-nonadjacent', 'lost-update'],
  },
  'strong-session-snapshot-isolation': {
    extends: ['snapshot-isolation'],
    forbids: ['G0-process', 'G1c-process', 'G-single-process', 'G-nonadjacent-process', 'fractured-snapshot-process'],
  },
  'strong-snapshot-isolation': {
    extends: ['strong-session-snapshot-isolation', 'strong-innodb-repeatable-read'],
    forbids: ['G-single-realtime', 'G-nonadjacent-realtime'],
  },
  serializable: {extends: ['snapshot-isolation', 'repeatable-read'], forbids: []},
  'strong-session-serializable': {
    extends: ['serializable', 'strong-session-snapshot-isolation'],
    forbids: ['G2-item-process'],
  },
  'strict-serializable': {
    extends: ['strong-session-serializable', 'strong-snapshot-isolation'],
    forbids: ['G2-item-realtime'],
  },
};

/** All anomalies a level forbids, inherited ones included. */
export function forbiddenBy(level: LevelName): ReadonlySet<AnomalyName> {
  const names = new Set<AnomalyName>(levels[level].forbids);
  for (const weaker of levels[level].extends) for (const name of forbiddenBy(weaker)) names.add(name);
  return names;
}

export interface LevelVerdict {
  readonly level: LevelName;
  readonly valid: boolean;
  /** The anomalies found that this level forbids. */
  readonly because: readonly AnomalyName[];
}

/** What the anomalies found say about each level, weakest first. */
export function judge(found: Iterable<AnomalyName>): LevelVerdict[] {
  const names = [...new Set(found)];
  return levelNames.map(level => {
    const forbidden = forbiddenBy(level);
    const because = names.filter(name => forbidden.has(name));
    return {level, valid: because.length === 0, because};
  });
}

/** Whether `weaker` is among the levels that `level` extends, however far. */
export function extendsLevel(level: LevelName, weaker: LevelName): boolean {
  return levels[level].extends.some(next => next === weaker || extendsLevel(next, weaker));
}

/** The weakest levels refuted: each implies that the stronger ones above it are refuted too. */
export function weakestRefuted(verdicts: readonly LevelVerdict[]): LevelName[] {
  const refuted = verdicts.filter(v => !v.valid).map(v => v.level);
  return refuted.filter(level => !refuted.some(other => extendsLevel(level, other)));
}

/** Reads a level's name; MySQL's own names are taken too. */
export function levelOf(name: string): LevelName | undefined {
  const wanted = name.toLowerCase().replaceAll(/[ _]/g, '-');
  return levelNames.find(level => level === wanted);
}
