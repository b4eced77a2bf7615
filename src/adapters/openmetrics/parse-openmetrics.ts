import type { Problem } from '../../core/errors.ts';
import { skipExemplar } from './exemplar.ts';
import { METRIC_NAME_SYNTAX, ownText, readLabels } from './exposition-labels.ts';
import { type NumberScan, scanNumber } from './exposition-number.ts';
import { type LabelPair, labelValue, METRIC_NAME, makeLabels } from './labels.ts';
import {
  belongsTo,
  type Family,
  isFamilyType,
  neededLabel,
  newFamily,
  sampleNames,
} from './metric-family.ts';
import { SeriesBuilder } from './series-builder.ts';
import type { StoredSeries } from './series-store.ts';

/** What a text holds, or all that is wrong with it (the first `MAX_PROBLEMS` of it). */
export type OpenMetricsRead =
  | { readonly kind: 'series'; readonly series: readonly StoredSeries[] }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** After so many problems the rest of the text is not looked at. */
export const MAX_PROBLEMS = 20;

/**
 * Reads the OpenMetrics 1.0 text format, strictly: every sample has a timestamp (seconds, kept in whole milliseconds as
 * Prometheus keeps them: cut off, not rounded), the timestamps of a series rise, the samples of a family stand
 * together, the last line is `# EOF`. Exemplars, `# HELP` and `# UNIT` are read over. So is a comment
 * (`# anything else`), which the format does not know and promtool refuses.
 *
 * Text cannot hold Prometheus' staleness marker: `NaN` is a sample whose value is NaN.
 * @param file the name that problems give for the text
 */
export function parseOpenMetrics(text: string, file: string): OpenMetricsRead {
  const reader = new Reader(text, file);
  reader.read();
  if (reader.problems.length > 0) return { kind: 'problems', problems: reader.problems };
  return { kind: 'series', series: reader.series() };
}

const HASH = 35;
const SPACE = 32;
const LINE_FEED = 10;
const OPENING_BRACE = 123;
const DESCRIPTOR = /# (HELP|TYPE|UNIT) (.*)/y;
const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
/** The largest moment a Date can hold, in ms. */
const LAST_MOMENT = 8.64e15;

class Reader {
  readonly problems: Problem[] = [];
  readonly #text: string;
  readonly #file: string;
  readonly #scan: NumberScan = { value: 0, end: 0 };
  readonly #byText = new Map<string, SeriesBuilder>();
  readonly #byLabels = new Map<string, SeriesBuilder>();
  readonly #finished = new Set<string>();
  #family: Family | undefined;
  #previous: SeriesBuilder | undefined;
  #line = 0;
  #lineStart = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  series(): readonly StoredSeries[] {
    return [...this.#byLabels.values()].map((builder) => builder.build());
  }

  read(): void {
    const text = this.#text;
    let at = 0;
    while (at < text.length && this.problems.length < MAX_PROBLEMS) {
      this.#line += 1;
      this.#lineStart = at;
      if (text.charCodeAt(at) !== HASH) at = this.#sample(at);
      else if (text.startsWith('# EOF', at) && isLineEnd(text, at + 5)) {
        if (at + 6 < text.length) this.#wrong('EOF_NOT_LAST', at + 6, 'nothing may follow "# EOF"');
        return;
      } else at = this.#descriptor(at);
    }
    if (this.problems.length === 0)
      this.#wrong(
        'EOF_MISSING',
        at,
        'the text ends without "# EOF". It may be cut off; end it with that line.',
      );
  }

  /** Reads one line that begins with `#`; gives the start of the next. */
  #descriptor(start: number): number {
    const end = lineEnd(this.#text, start);
    DESCRIPTOR.lastIndex = start;
    const match = DESCRIPTOR.exec(this.#text);
    if (match === null) {
      if (this.#text.charCodeAt(start + 1) !== SPACE)
        this.#wrong('LINE_UNREADABLE', start + 1, 'expected a space after "#"');
      return end + 1;
    }
    const [, word = '', rest = ''] = match;
    const [name = ''] = rest.split(' ', 1);
    const described = rest.slice(name.length + 1);
    if (!METRIC_NAME_SYNTAX.test(name) || name.length === rest.length)
      this.#wrong('LINE_UNREADABLE', start + 7, `expected "# ${word} <metric name> <text>"`);
    else this.#describe({ word, name: ownText(name), text: described, at: start + 7 });
    return end + 1;
  }

  #describe(line: {
    readonly word: string;
    readonly name: string;
    readonly text: string;
    /** Where the name stands. */
    readonly at: number;
  }): void {
    const family = this.#enter(line.name);
    const textAt = line.at + line.name.length + 1;
    if (family.hasSamples)
      this.#wrong(
        'DESCRIPTOR_LATE',
        line.at,
        `"# ${line.word}" must stand above the samples of "${line.name}"`,
      );
    if (family.described.has(line.word))
      this.#wrong('DESCRIPTOR_TWICE', line.at, `"# ${line.word} ${line.name}" stands twice. Remove one.`);
    family.described.add(line.word);
    if (line.word === 'TYPE') {
      if (isFamilyType(line.text)) family.type = line.text;
      else this.#wrong('TYPE_UNKNOWN', textAt, `"${brief(line.text)}" is not a metric type of OpenMetrics`);
    }
    if (line.word === 'UNIT' && line.text !== '' && !line.name.endsWith(`_${line.text}`))
      this.#wrong('UNIT_NOT_SUFFIX', textAt, `"${line.name}" must end with its unit "_${brief(line.text)}"`);
  }

  /** Reads one sample line; gives the start of the next line. */
  #sample(start: number): number {
    const text = this.#text;
    const found = this.#followingSeries(start) ?? this.#findSeries(start);
    if (found === undefined) return lineEnd(text, start) + 1;
    const { series, end: nameEnd } = found;
    const scan = this.#scan;
    if (text.charCodeAt(nameEnd) !== SPACE) return this.#unreadable(nameEnd, 'one space and a value');
    scanNumber(text, nameEnd + 1, scan);
    if (scan.end < 0) return this.#unreadable(nameEnd + 1, 'a number');
    const value = scan.value;
    const valueEnd = scan.end;
    if (text.charCodeAt(valueEnd) !== SPACE || text.charCodeAt(valueEnd + 1) === HASH)
      return this.#unreadable(valueEnd, 'a timestamp (every sample needs one)');
    scanNumber(text, valueEnd + 1, scan);
    // Prometheus keeps int64(seconds * 1000), so 0.0019 s is 1 ms.
    const time = Math.trunc(scan.value * 1000);
    if (scan.end < 0 || !(Math.abs(time) <= LAST_MOMENT))
      return this.#unreadable(valueEnd + 1, 'a timestamp in seconds');
    if (!this.#endsLine(scan.end, series))
      return this.#unreadable(scan.end, 'the end of the line or an exemplar');
    if (!series.add(time, value))
      this.#wrong(
        'TIME_NOT_RISING',
        valueEnd + 1,
        `timestamp must be later than the one before in this series, expected > ${series.lastTime / 1000}, got ${time / 1000}. Sort the samples and remove doubles.`,
      );
    return lineEnd(text, scan.end) + 1;
  }

  /** The series that came after the previous one last time: recordings repeat themselves. */
  #followingSeries(start: number): FoundSeries | undefined {
    const previous = this.#previous;
    const guess = previous?.next;
    if (previous === undefined || guess === undefined || guess.family !== this.#family) return undefined;
    const end = start + guess.text.length;
    if (this.#text.charCodeAt(end) !== SPACE || !this.#text.startsWith(guess.text, start)) return undefined;
    this.#previous = guess;
    return { series: guess, end };
  }

  #findSeries(start: number): FoundSeries | undefined {
    const text = this.#text;
    NAME.lastIndex = start;
    const name = NAME.exec(text)?.[0];
    if (name === undefined) {
      this.#unreadable(start, 'a metric name or a line that begins with "# "');
      return undefined;
    }
    let end = start + name.length;
    let pairs: readonly LabelPair[] = [];
    if (text.charCodeAt(end) === OPENING_BRACE) {
      const read = readLabels(text, end);
      if (read.kind === 'wrong') {
        this.#wrong('LABELS_UNREADABLE', read.at, read.message);
        return undefined;
      }
      pairs = read.pairs;
      end = read.end;
    }
    const series = this.#seriesOf({ start, end, name, pairs });
    if (series === undefined) return undefined;
    if (this.#previous !== undefined) this.#previous.next = series;
    this.#previous = series;
    return { series, end };
  }

  #seriesOf(line: {
    readonly start: number;
    readonly end: number;
    readonly name: string;
    readonly pairs: readonly LabelPair[];
  }): SeriesBuilder | undefined {
    const family = this.#familyOf(line.name, line.start);
    if (family === undefined) return undefined;
    family.hasSamples = true;
    const text = this.#text.slice(line.start, line.end);
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const needed = neededLabel(family, line.name);
    if (needed !== undefined && !line.pairs.some(([label]) => label === needed)) {
      this.#wrong(
        'LABEL_MISSING',
        line.start,
        `"${line.name}" of a ${family.type} needs the label "${needed}"`,
      );
      return undefined;
    }
    const labels = makeLabels([[METRIC_NAME, ownText(line.name)], ...line.pairs]);
    const series = this.#byLabels.get(labels.key) ?? new SeriesBuilder(ownText(text), labels, family);
    this.#byLabels.set(labels.key, series);
    this.#byText.set(series.text === text ? series.text : ownText(text), series);
    return series;
  }

  /** The family a sample belongs to: the current one, or a new one without descriptors. */
  #familyOf(sampleName: string, at: number): Family | undefined {
    const current = this.#family;
    if (current !== undefined && belongsTo(current, sampleName)) return current;
    if (current?.name === sampleName) {
      this.#wrong(
        'NAME_NOT_OF_FAMILY',
        at,
        `"${sampleName}" is not a sample of the ${current.type} "${current.name}", expected one of ${sampleNames(current)}. Rename the family or the sample.`,
      );
      return undefined;
    }
    return this.#enter(ownText(sampleName));
  }

  /** Makes the family of that name the current one; a family that was left before may not come back. */
  #enter(name: string): Family {
    if (this.#family?.name === name) return this.#family;
    if (this.#family !== undefined) this.#finished.add(this.#family.name);
    if (this.#finished.has(name))
      this.#wrong(
        'FAMILY_INTERLEAVED',
        this.#lineStart,
        `the lines of family "${name}" must stand together. Sort the text by family.`,
      );
    this.#family = newFamily(name, this.#line);
    return this.#family;
  }

  #endsLine(at: number, series: SeriesBuilder): boolean {
    if (isLineEnd(this.#text, at)) return true;
    const end = skipExemplar(this.#text, at, labelValue(series.labels, METRIC_NAME));
    return end >= 0 && isLineEnd(this.#text, end);
  }

  #unreadable(at: number, expected: string): number {
    const end = lineEnd(this.#text, at);
    const got = at >= end ? 'the end of the line' : `"${brief(this.#text.slice(at, end))}"`;
    this.#wrong('LINE_UNREADABLE', at, `expected ${expected}, got ${got}`);
    return lineEnd(this.#text, this.#lineStart) + 1;
  }

  #wrong(code: string, at: number, message: string): void {
    if (this.problems.length >= MAX_PROBLEMS) return;
    const position = { file: this.#file, line: Math.max(this.#line, 1), column: at - this.#lineStart + 1 };
    this.problems.push({ code, severity: 'error', at: position, path: '', message });
  }
}

interface FoundSeries {
  readonly series: SeriesBuilder;
  /** Index after the name and labels. */
  readonly end: number;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function isLineEnd(text: string, at: number): boolean {
  return at >= text.length || text.charCodeAt(at) === LINE_FEED;
}

function brief(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
