// Small drawings in plain ASCII: a cycle as a column with a way back, time as lanes, lists below each other.

const LANE = 48;

/** A cycle: nodes from top to bottom, the label of the edge below each node, and a line back to the top. */
export function drawCycle(nodes: readonly string[], edges: readonly string[]): string[] {
  const lines: string[] = [];
  nodes.forEach((node, i) => {
    lines.push(`${i === 0 ? '  .-> ' : '  |   '}${node}`);
    lines.push(`  |    | ${edges[i]}`);
    if (i < nodes.length - 1) lines.push('  |    v');
  });
  lines.push("  '----'");
  return lines;
}

export interface Interval {
  readonly label: string;
  readonly from: number;
  /** Infinity when it never ended. */
  readonly to: number;
}

/** Intervals on a common scale, one lane each; only the order of the ends is kept, so that nothing vanishes. */
export function drawTimes(intervals: readonly Interval[]): string[] {
  const ends = [...new Set(intervals.flatMap(i => [i.from, i.to]))].sort((a, b) => a - b);
  const column = new Map(ends.map((end, i) => [end, Math.round((i * (LANE - 1)) / Math.max(1, ends.length - 1))]));
  const width = Math.max(...intervals.map(i => i.label.length));
  return intervals.map(({label, from, to}) => {
    const start = column.get(from) as number;
    const end = Math.max(start + 1, column.get(to) as number);
    const last = to === Number.POSITIVE_INFINITY ? '?' : '|';
    return `  ${label.padEnd(width)}  ${' '.repeat(start)}|${'-'.repeat(end - start - 1)}${last}`;
  });
}

/** Lists below each other, with a caret below the marked item. */
export function drawLists(lists: readonly {label: string; items: readonly string[]; mark: number}[]): string[] {
  const width = Math.max(0, ...lists.map(list => list.label.length));
  const lines: string[] = [];
  for (const {label, items, mark} of lists) {
    const [shown, at] = shorten(items, mark);
    lines.push(`  ${label.padEnd(width)}  [${shown.join(' ')}]`);
    if (at === -1) continue;
    const column = shown.slice(0, at).reduce((sum, item) => sum + item.length + 1, 0);
    lines.push(`  ${' '.repeat(width)}   ${' '.repeat(column)}${'^'.repeat(shown[at].length)}`);
  }
  return lines;
}

/** At most a dozen items: the ends, and the surroundings of the mark. */
function shorten(items: readonly string[], mark: number): [string[], number] {
  if (items.length <= 12) return [[...items], mark];
  const keep = new Set([0, 1, items.length - 2, items.length - 1]);
  if (mark >= 0) for (let i = mark - 2; i <= mark + 2; i++) keep.add(i);
  const shown: string[] = [];
  let at = -1;
  let skipped = false;
  items.forEach((item, i) => {
    if (keep.has(i)) {
      if (i === mark) at = shown.length;
      shown.push(item);
      skipped = false;
    } else if (!skipped) {
      shown.push('..');
      skipped = true;
    }
  });
  return [shown, at];
}
