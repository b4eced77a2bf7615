/** Two points of a scale. */
export interface Bracket {
  readonly from: number;
  readonly to: number;
}

const MOST_STEPS = 200;
/** Relative to the place, or to what stands for 0. */
const RESOLUTION = 2 ** -34;
const SMALLEST = 2 ** -20;

/**
 * Where a decreasing function stops being ≥ 0. Looks around `guess` first, so that a good guess costs half a dozen evaluations;
 * then the false position of Anderson and Björck ("A new high order method of the regula falsi type", BIT 13, 1973), with a
 * halving whenever three steps have not halved the bracket.
 * @returns accurate to 2^−33 of itself or of 2^−20, whichever is more; a limit when the function is < 0 at the lower one or ≥ 0 at the upper one
 */
export function signChange(value: (at: number) => number, guess: Bracket, limits: Bracket): number {
  let [a, b] = [guess.from, guess.to];
  let [atA, atB] = [value(a), value(b)];
  for (let width = Math.max(b - a, Number.EPSILON); atA < 0; width *= 4) {
    if (a <= limits.from) return limits.from;
    [b, atB] = [a, atA];
    a = Math.max(limits.from, a - width);
    atA = value(a);
  }
  for (let width = Math.max(b - a, Number.EPSILON); atB >= 0; width *= 4) {
    if (b >= limits.to) return limits.to;
    [a, atA] = [b, atB];
    b = Math.min(limits.to, b + width);
    atB = value(b);
  }
  return narrow(value, { a, atA, b, atB });
}

/** Two points with values of opposite sign; the newer one is b. */
interface Ends {
  readonly a: number;
  readonly atA: number;
  readonly b: number;
  readonly atB: number;
}

function narrow(value: (at: number) => number, ends: Ends): number {
  let { a, atA, b, atB } = ends;
  let width = Math.abs(b - a);
  for (let step = 1; step <= MOST_STEPS && atB !== 0; step += 1) {
    const resolution = RESOLUTION * Math.max(SMALLEST, Math.abs(b));
    if (Math.abs(b - a) <= 2 * resolution) break;
    const slow = step % 3 === 0 && Math.abs(b - a) > width / 2;
    if (step % 3 === 0) width = Math.abs(b - a);
    const secant = b - (atB * (b - a)) / (atB - atA);
    // At least the resolution away from b, so that the last step lands beyond the place and closes the bracket.
    const towards = Math.sign(a - b) * Math.max(resolution, (secant - b) * Math.sign(a - b));
    const next = slow || !(Math.abs(towards) < Math.abs(a - b)) ? (a + b) / 2 : b + towards;
    const atNext = value(next);
    if (atNext >= 0 === atB >= 0) {
      const factor = 1 - atNext / atB;
      atA *= factor > 0 ? factor : 0.5;
    } else {
      [a, atA] = [b, atB];
    }
    [b, atB] = [next, atNext];
  }
  return b;
}

/** A decreasing function and its slope at one place. */
export interface Descent {
  readonly value: number;
  readonly slope: number;
}

/** Newton's steps, which double the digits; more of them are not needed from a guess that is worth anything. */
const MOST_NEWTON_STEPS = 6;
/** A step this small, of the place or of the unit, leaves an error of its square. */
const LAST_STEP = 2 ** -24;
const AROUND = 2 ** -6;

/**
 * `signChange` of a function whose slope is known, beside one that is cheap and off by nearly the same everywhere: two or three
 * evaluations as a rule. The first puts the cheap one right; then come Newton's steps. Where they leave the limits or do not
 * shrink, at a bend or on a plain, the sign itself is looked for.
 */
export function descend(
  descent: (at: number) => Descent,
  { beside, limits }: { readonly beside: (at: number) => number; readonly limits: Bracket },
): number {
  const guess = signChange(beside, limits, limits);
  const isInside = (place: number): boolean => place > limits.from && place < limits.to;
  let at = guess;
  if (isInside(guess)) {
    const off = descent(guess).value - beside(guess);
    at = signChange((place) => beside(place) + off, around(guess, AROUND, limits), limits);
  }
  let before = Number.POSITIVE_INFINITY;
  for (let step = 0; step < MOST_NEWTON_STEPS && isInside(at); step += 1) {
    const { value, slope } = descent(at);
    const change = -value / slope;
    if (!(Math.abs(change) < before)) break;
    before = Math.abs(change);
    at += change;
    if (before <= LAST_STEP * Math.max(2 ** -10, Math.abs(at))) return at;
  }
  return signChange((place) => descent(place).value, around(guess, AROUND, limits), limits);
}

/** Both sides of a place, by `reach` of the scale's unit or a little of the place, whichever is more. */
function around(place: number, reach: number, limits: Bracket): Bracket {
  const width = Math.max(reach, Math.abs(place) * 2 ** -20);
  return { from: Math.max(limits.from, place - width), to: Math.min(limits.to, place + width) };
}
