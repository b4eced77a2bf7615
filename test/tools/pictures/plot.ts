/**
 * Plain SVG for the pictures of docs/deciding: axes, lines, bands, bars and words. A white ground of its own keeps them legible
 * on dark pages; letters stay letters, so that they can be searched, copied and read aloud.
 */

/** A direction of a panel. `log` needs `from` and `to` above 0. */
export interface Axis {
  readonly kind: 'linear' | 'log';
  readonly from: number;
  readonly to: number;
  /** Values that are marked, with what is written beside them. */
  readonly marks: readonly Mark[];
  readonly title: string;
}

/** A marked value. */
export interface Mark {
  readonly value: number;
  readonly label: string;
}

/** A rectangle of the picture with two axes. */
export interface Panel {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: Axis;
  readonly y: Axis;
}

/** A value on both axes. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Colours that people with any colour vision tell apart (Okabe and Ito, "Color Universal Design", 2008). */
export const COLOURS = { belay: '#0072b2', other: '#d55e00', safe: '#007a5a', quiet: '#5b5b5b' } as const;

/** How letters are set. */
export interface Setting {
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly colour?: string;
  readonly bold?: boolean;
  readonly turned?: boolean;
}

/** A whole file. `description` says in words what there is to see. */
export function picture({
  title,
  description,
  width,
  height,
  body,
}: {
  readonly title: string;
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly body: readonly string[];
}): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="t d" font-family="system-ui, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="13" fill="#1f1f1f">`,
    `<title id="t">${escaped(title)}</title>`,
    `<desc id="d">${escaped(description)}</desc>`,
    `<rect width="${width}" height="${height}" rx="8" fill="#ffffff"/>`,
    words(20, 28, title, { bold: true }),
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

/** The axes of a panel with marks, faint lines and titles. */
export function frame(panel: Panel): string {
  const { left, top, width, height, x, y } = panel;
  const bottom = top + height;
  const across = y.marks.flatMap(({ value, label }) => {
    const at = place(y, value, { from: bottom, to: top });
    return [
      stroke([left, at], [left + width, at], '#e4e4e4'),
      words(left - 8, at + 4, label, { anchor: 'end' }),
    ];
  });
  const along = x.marks.flatMap(({ value, label }) => {
    const at = place(x, value, { from: left, to: left + width });
    return [
      stroke([at, bottom], [at, bottom + 5], '#8a8a8a'),
      ...(label === '' ? [] : [words(at, bottom + 19, label, { anchor: 'middle' })]),
    ];
  });
  return [
    ...across,
    ...along,
    stroke([left, bottom], [left + width, bottom], '#8a8a8a'),
    stroke([left, top], [left, bottom], '#8a8a8a'),
    ...(x.title === ''
      ? []
      : [words(left + width / 2, bottom + 38, x.title, { anchor: 'middle', colour: COLOURS.quiet })]),
    words(left, top - 10, y.title, { colour: COLOURS.quiet }),
  ].join('\n');
}

/** A line through points; beyond the panel it runs along the edge. */
export function curve(panel: Panel, points: readonly Point[], colour: string): string {
  return `<polyline points="${path(panel, points)}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"/>`;
}

/** What lies between two lines. */
export function band(
  panel: Panel,
  points: readonly { readonly x: number; readonly low: number; readonly high: number }[],
  colour: string,
): string {
  const lower = points.map(({ x, low }) => ({ x, y: low }));
  const upper = points.map(({ x, high }) => ({ x, y: high })).reverse();
  return `<polygon points="${path(panel, [...lower, ...upper])}" fill="${colour}" fill-opacity="0.22" stroke="${colour}" stroke-width="1"/>`;
}

/** A dashed line across at a value, with its meaning beside it. */
export function limit(panel: Panel, value: number, label: Label): string {
  const { left, width } = panel;
  const y = spot(panel, { x: panel.x.from, y: value }).y;
  return [stroke([left, y], [left + width, y], '#1f1f1f', '5 4'), besides(left + width, y, label)].join('\n');
}

/** Words at the right of a panel, at the height of a value. */
export function endLabel(panel: Panel, value: number, label: Label): string {
  return besides(panel.left + panel.width, spot(panel, { x: panel.x.to, y: value }).y, label);
}

/** Lines of words, the first at the height of what they mean. */
export interface Label {
  readonly lines: readonly string[];
  readonly colour?: string;
}

function besides(x: number, y: number, { lines, colour = '#1f1f1f' }: Label): string {
  return lines.map((line, index) => words(x + 8, y + 4 + 16 * index, line, { colour })).join('\n');
}

/** A straight line. */
export function stroke(
  [fromX, fromY]: readonly [number, number],
  [toX, toY]: readonly [number, number],
  colour: string,
  dashes?: string,
): string {
  const dashed = dashes === undefined ? '' : ` stroke-dasharray="${dashes}"`;
  return `<line x1="${short(fromX)}" y1="${short(fromY)}" x2="${short(toX)}" y2="${short(toY)}" stroke="${colour}"${dashed}/>`;
}

/** A filled rectangle. */
export function box(
  { left, top, width, height }: Pick<Panel, 'left' | 'top' | 'width' | 'height'>,
  colour: string,
  opacity = 1,
): string {
  return `<rect x="${short(left)}" y="${short(top)}" width="${short(width)}" height="${short(height)}" fill="${colour}"${opacity === 1 ? '' : ` fill-opacity="${opacity}"`}/>`;
}

/** Words, with their base line at `y`. */
export function words(x: number, y: number, text: string, { anchor, colour, bold }: Setting = {}): string {
  const how = [
    ...(anchor ? [` text-anchor="${anchor}"`] : []),
    ...(colour ? [` fill="${colour}"`] : []),
    ...(bold ? [' font-weight="600" font-size="15"'] : []),
  ].join('');
  return `<text x="${short(x)}" y="${short(y)}"${how}>${escaped(text)}</text>`;
}

/** Where a value lies in the picture. */
export function spot({ left, top, width, height, x, y }: Panel, point: Point): Point {
  return {
    x: place(x, point.x, { from: left, to: left + width }),
    y: place(y, point.y, { from: top + height, to: top }),
  };
}

function path(panel: Panel, points: readonly Point[]): string {
  return points
    .map((point) => spot(panel, point))
    .map(({ x, y }) => `${short(x)},${short(y)}`)
    .join(' ');
}

function place(
  { kind, from, to }: Axis,
  value: number,
  range: { readonly from: number; readonly to: number },
): number {
  const within = Math.min(to, Math.max(from, value));
  const share =
    kind === 'log' ? Math.log(within / from) / Math.log(to / from) : (within - from) / (to - from);
  return range.from + share * (range.to - range.from);
}

function short(value: number): string {
  return String(Number(value.toFixed(1)));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
