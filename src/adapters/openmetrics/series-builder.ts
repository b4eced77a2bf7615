import type { Labels } from './labels.ts';
import type { Family } from './metric-family.ts';
import type { StoredSeries } from './series-store.ts';

/** A series while its samples are read: two arrays of doubles that grow by doubling. */
export class SeriesBuilder {
  /** Name and labels as first written. */
  readonly text: string;
  readonly labels: Labels;
  readonly family: Family;
  /** The series whose sample stood on the next line last time. */
  next: SeriesBuilder | undefined;
  /** Time of the newest sample (ms), -Infinity before the first. */
  lastTime = Number.NEGATIVE_INFINITY;
  #times = new Float64Array(8);
  #values = new Float64Array(8);
  #count = 0;

  constructor(text: string, labels: Labels, family: Family) {
    this.text = text;
    this.labels = labels;
    this.family = family;
  }

  /** Adds a sample; false, and nothing added, when it is not later than the one before. */
  add(time: number, value: number): boolean {
    if (time <= this.lastTime) return false;
    if (this.#count === this.#times.length) {
      this.#times = grown(this.#times);
      this.#values = grown(this.#values);
    }
    this.#times[this.#count] = time;
    this.#values[this.#count] = value;
    this.#count += 1;
    this.lastTime = time;
    return true;
  }

  /** The samples so far, in arrays of their exact size. */
  build(): StoredSeries {
    return {
      labels: this.labels,
      times: this.#times.slice(0, this.#count),
      values: this.#values.slice(0, this.#count),
    };
  }
}

function grown(from: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(from.length * 2);
  larger.set(from);
  return larger;
}
