// The few shapes that the plots are made of, and the frame with title and legend around them.

const FONT = 'font-family="system-ui, sans-serif"';
export const INK = '#24292f';
export const FAINT = '#d0d7de';
/** Colours that most people can tell apart, also in print. */
const COLOURS = ['#4c6ef5', '#e8590c', '#2f9e44', '#9c36b5', '#e03131', '#0c8599', '#f08c00', '#495057'];

export function colour(index: number): string {
  return COLOURS[index % COLOURS.length];
}

export interface TextStyle {
  readonly size?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly weight?: 'normal' | 'bold';
  readonly fill?: string;
}

export function text(x: number, y: number, words: string, style: TextStyle = {}): string {
  const {size = 11, anchor = 'start', weight = 'normal', fill = INK} = style;
  return `<text x="${at(x)}" y="${at(y)}" ${FONT} font-size="${size}" text-anchor="${anchor}" font-weight="${weight}" fill="${fill}">${escaped(words)}</text>`;
}

export function rectangle(x: number, y: number, width: number, height: number, fill: string): string {
  return `<rect x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(Math.max(0, height))}" fill="${fill}"/>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, stroke: string, width: number = 1): string {
  return `<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" stroke="${stroke}" stroke-width="${width}"/>`;
}

export function circle(x: number, y: number, radius: number, fill: string): string {
  return `<circle cx="${at(x)}" cy="${at(y)}" r="${radius}" fill="${fill}"/>`;
}

export function polyline(points: readonly (readonly [number, number])[], stroke: string): string {
  const list = points.map(([x, y]) => `${at(x)},${at(y)}`).join(' ');
  return `<polyline points="${list}" fill="none" stroke="${stroke}" stroke-width="2"/>`;
}

/** Names with their colours, in one row; the height of a row is 16. */
export function legend(x: number, y: number, names: readonly string[]): string {
  let left = x;
  return names
    .map((name, i) => {
      const shapes = rectangle(left, y - 9, 10, 10, colour(i)) + text(left + 14, y, name);
      left += 26 + name.length * 6.5;
      return shapes;
    })
    .join('');
}

export function picture(width: number, height: number, title: string, shapes: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escaped(title)}</title>`,
    rectangle(0, 0, width, height, '#ffffff'),
    text(16, 24, title, {size: 15, weight: 'bold'}),
    ...shapes,
    '</svg>',
    '',
  ].join('\n');
}

/** The next round number at or above `value`: 1, 2 or 5 times a power of ten. */
export function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find(factor => factor * power >= value) ?? 10) * power;
}

function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(words: string): string {
  return words.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
