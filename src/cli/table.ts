// A table for the terminal, framed as the mysql client does it.

/** Lines of a framed table; cells that look like numbers stand right. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => rows.reduce((width, row) => Math.max(width, row[i].length), title.length));
  const rule = `+${widths.map(width => '-'.repeat(width + 2)).join('+')}+`;
  const line = (cells: readonly string[]): string =>
    `|${cells.map((cell, i) => ` ${/^[\d.]+( %)?$/.test(cell) ? cell.padStart(widths[i]) : cell.padEnd(widths[i])} `).join('|')}|`;
  return [rule, line(head), rule, ...rows.map(line), rule].join('\n');
}
