// Panels of a plot: small coordinate systems side by side, with lines over the number of primaries.

import type {Study} from './result.ts';
import {circle, colour, FAINT, line, polyline, roundUp, text} from './svg.ts';
import {short} from './table.ts';

export const PANEL = {width: 230, height: 150, gap: 46, perRow: 4, top: 76, left: 52};

export interface Panel {
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
}

export function panelAt(index: number): Panel {
  const left = PANEL.left + (index % PANEL.perRow) * (PANEL.width + PANEL.gap);
  const top = PANEL.top + Math.floor(index / PANEL.perRow) * (PANEL.height + 64);
  return {left, top, bottom: top + PANEL.height};
}

export function panelsSize(count: number): {width: number; height: number} {
  const columns = Math.min(count, PANEL.perRow);
  const rows = Math.ceil(count / PANEL.perRow);
  return {
    width: Math.max(560, PANEL.left + columns * (PANEL.width + PANEL.gap)),
    height: PANEL.top + rows * (PANEL.height + 64),
  };
}

/** Axis from 0 to `max` with the panel's heading. */
export function frame(panel: Panel, heading: string, max: number): string[] {
  const {left, top, bottom} = panel;
  const steps = [0, 0.5, 1].flatMap(share => {
    const y = bottom - share * PANEL.height;
    return [
      line(left, y, left + PANEL.width, y, FAINT),
      text(left - 5, y + 4, short(max * share), {anchor: 'end', size: 10}),
    ];
  });
  return [text(left, top - 10, heading, {weight: 'bold', size: 12}), ...steps];
}

/** Which rows make one line, and in which order: the values of one column. */
export interface Lines {
  readonly by: string;
  readonly lines: readonly (string | number)[];
}

/** A column over the number of primaries, one line per value of another. */
export function linesPanel(
  panel: Panel,
  heading: string,
  column: string,
  rows: Study['rows'],
  {by, lines}: Lines,
): string[] {
  const value = (row: Study['rows'][number]): number => (typeof row[column] === 'number' ? row[column] : 0);
  const counts = [...new Set(rows.map(row => Number(row.primaries)))];
  const max = roundUp(Math.max(...rows.map(value)));
  const x = (count: number): number =>
    panel.left + 12 + (counts.indexOf(count) / Math.max(1, counts.length - 1)) * (PANEL.width - 24);
  const y = (height: number): number => panel.bottom - (height / max) * PANEL.height;
  const shapes = lines.flatMap((name, i) => {
    const points = rows
      .filter(row => row[by] === name)
      .map((row): [number, number] => [x(Number(row.primaries)), y(value(row))]);
    return [polyline(points, colour(i)), ...points.map(point => circle(point[0], point[1], 3, colour(i)))];
  });
  const labels = counts.map(count => text(x(count), panel.bottom + 15, String(count), {anchor: 'middle'}));
  return [...frame(panel, heading, max), ...shapes, ...labels];
}
