import {
  type Case,
  flatten,
  hasEqual,
  itemAt,
  limitOf,
  mostItems,
  propertyAt,
  rangeOf,
  requiredOf,
} from './conjunction.ts';
import {
  entryAt,
  isFalse,
  itemsOf,
  keysAt,
  keywordAt,
  type MapPart,
  numberAt,
  type Part,
  schemaAt,
} from './contract.ts';
import {
  asPartOf,
  boundText,
  type Finding,
  needsOf,
  nounOf,
  refused,
  type Spot,
  supOf,
  unclear,
} from './finding.ts';
import { isExactMultiple } from './keywords.ts';

/** One case of the values that there are, held against one schema that they should keep. */
export interface Question {
  readonly found: Case;
  readonly sup: MapPart;
  /** Where the values are described, should the case say nothing. */
  readonly from: Part;
  /** Compares the schemas of parts of values: of items and properties. */
  readonly within: (sub: readonly Part[], sup: Part, from: Part) => readonly Finding[];
}

/** Keywords of one type of value: of a number its bounds, of an object its properties. */
export function* compareValues(question: Question): Iterable<Finding> {
  switch (question.found.type) {
    case 'number':
      yield* compareBounds(question);
      yield* compareSteps(question);
      return;
    case 'string':
      yield* compareLimits(question, ['minLength', 'maxLength']);
      return;
    case 'array':
      yield* compareLimits(question, ['minItems', 'maxItems']);
      yield* compareLists(question);
      return;
    case 'object':
      yield* compareLimits(question, ['minProperties', 'maxProperties']);
      yield* compareRequired(question);
      yield* compareProperties(question);
      yield* compareOthers(question);
      return;
    default:
  }
}

function spotOf({ found, sup, from }: Question, keyword: string): Spot {
  return { found, keyword, sup: supOf(sup, keyword), from };
}

function* compareBounds(question: Question): Iterable<Finding> {
  const { low, high } = rangeOf(question.found);
  for (const keyword of ['minimum', 'exclusiveMinimum', 'maximum', 'exclusiveMaximum']) {
    const node = keywordAt(question.sup, keyword);
    const wanted = numberAt(question.sup, keyword);
    if (!node || wanted === undefined) continue;
    const side = keyword.endsWith('inimum') ? 'low' : 'high';
    const bound = side === 'low' ? low : high;
    const isInside = side === 'low' ? bound.value > wanted : bound.value < wanted;
    const isOn = bound.value === wanted && (bound.open || !keyword.startsWith('exclusive'));
    if (!isInside && !isOn)
      yield refused(spotOf(question, keyword), boundText(bound, side), needsOf(keyword, node));
  }
}

function* compareSteps(question: Question): Iterable<Finding> {
  const { found, sup } = question;
  const node = keywordAt(sup, 'multipleOf');
  const step = numberAt(sup, 'multipleOf');
  if (!node || step === undefined || hasEqual(found.parts, 'multipleOf', node)) return;
  const steps = [
    ...found.parts.flatMap((part) => numberAt(part, 'multipleOf') ?? []),
    ...(found.whole ? [1] : []),
  ];
  if (steps.some((one) => isExactMultiple(one, step))) return;
  const spot = spotOf(question, 'multipleOf');
  const { low, high } = rangeOf(found);
  const isWide = !Number.isFinite(low.value) || !Number.isFinite(high.value) || !found.whole;
  if (
    isWide &&
    !found.parts.some((part) => keywordAt(part, 'multipleOf')) &&
    (!found.whole || Number.isInteger(step))
  )
    yield refused(spot, nounOf(found), needsOf('multipleOf', node));
  else yield unclear(spot, 'steps other than whole multiples of each other are not compared');
}

function* compareLimits(question: Question, keywords: readonly string[]): Iterable<Finding> {
  const { found, sup } = question;
  for (const keyword of keywords) {
    const node = keywordAt(sup, keyword);
    const wanted = numberAt(sup, keyword);
    if (!node || wanted === undefined) continue;
    const own = limitIn(found, keyword);
    const isMost = keyword.startsWith('max');
    if (isMost ? own <= wanted : own >= wanted) continue;
    const unit = keyword.endsWith('Length')
      ? ' characters'
      : keyword.endsWith('Items')
        ? ' items'
        : ' properties';
    const many = Number.isFinite(own) ? `${own}${unit}` : `any number of${unit}`;
    yield refused(spotOf(question, keyword), `${nounOf(found)} of ${many}`, needsOf(keyword, node));
  }
}

/** What the schemas say of a limit, also by other keywords. */
function limitIn({ parts }: Case, keyword: string): number {
  const own = limitOf(parts, keyword);
  switch (keyword) {
    case 'maxItems':
      return mostItems(parts);
    case 'minProperties':
      return Math.max(own, requiredOf(parts).length);
    case 'maxProperties': {
      const isClosed =
        flatten(propertyAt(parts, undefined)) === undefined &&
        parts.every((part) => !keywordAt(part, 'patternProperties'));
      const names = new Set(parts.flatMap((part) => keysAt(part, 'properties')));
      return isClosed ? Math.min(own, names.size) : own;
    }
    default:
      return own;
  }
}

function* compareLists(question: Question): Iterable<Finding> {
  const { found, sup, from, within } = question;
  const { first, rest } = itemsOf(sup);
  const most = mostItems(found.parts);
  const places = Math.max(first.length, ...found.parts.map((part) => itemsOf(part).first.length), 0);
  for (let index = 0; index <= places && index < most; index += 1) {
    const wanted = first[index] ?? rest;
    if (!wanted) continue;
    for (const finding of within(itemAt(found.parts, index), wanted, found.parts[0] ?? from))
      yield asPartOf(found, finding);
  }
  const unique = keywordAt(sup, 'uniqueItems');
  if (unique?.kind !== 'scalar' || unique.value !== true || most <= 1) return;
  if (!hasEqual(found.parts, 'uniqueItems', unique))
    yield refused(spotOf(question, 'uniqueItems'), 'lists with duplicates', needsOf('uniqueItems', unique));
}

function* compareRequired(question: Question): Iterable<Finding> {
  const { found, sup } = question;
  const required = keywordAt(sup, 'required');
  const own = requiredOf(found.parts);
  for (const item of required?.kind === 'list' ? required.items : []) {
    const name = item.kind === 'scalar' ? String(item.value) : '';
    if (own.includes(name)) continue;
    const spot = { ...spotOf(question, 'required'), sup: { contract: sup.contract, node: item } };
    const shown = JSON.stringify(name);
    yield refused(spot, `objects without ${shown}`, 'objects with it', name);
  }
}

function* compareProperties(question: Question): Iterable<Finding> {
  const { found, sup, from, within } = question;
  for (const name of keysAt(sup, 'properties')) {
    const wanted = entryAt(sup, 'properties', name);
    const own = propertyAt(found.parts, name);
    if (!wanted || flatten(own) === undefined) continue;
    const findings = within(own, wanted, found.parts[0] ?? from);
    const isDeclared = found.parts.some((part) => entryAt(part, 'properties', name)) || flatten(own)?.length;
    if (isDeclared) yield* findings.map((finding) => asPartOf(found, finding));
    else if (findings.length > 0) {
      const spot = { ...spotOf(question, 'properties'), sup: wanted };
      yield {
        ...unclear(spot, `it may hold a ${JSON.stringify(name)} of any sort, for nothing says what that is`),
        property: name,
      };
    }
  }
}

/** Properties that the schema to be kept does not name. */
function* compareOthers(question: Question): Iterable<Finding> {
  const { found, sup, from, within } = question;
  const wanted = schemaAt(sup, 'additionalProperties');
  if (!wanted) return;
  const named = new Set(keysAt(sup, 'properties'));
  const others = new Set(
    found.parts.flatMap((part) => keysAt(part, 'properties')).filter((name) => !named.has(name)),
  );
  const isPatterned = [sup, ...found.parts].some((part) => keywordAt(part, 'patternProperties'));
  for (const name of [...others, undefined]) {
    const own = propertyAt(found.parts, name);
    if (flatten(own) === undefined) continue;
    const spot = spotOf(question, 'additionalProperties');
    if (isPatterned && (isFalse(wanted) || within(own, wanted, from).length > 0))
      yield unclear(spot, 'patternProperties beside it are not read');
    else if (!isFalse(wanted))
      for (const finding of within(own, wanted, found.parts[0] ?? from)) yield asPartOf(found, finding);
    else if (name === undefined) yield refused(spot, 'objects with other properties', 'objects without');
    else yield refused(spot, `objects with ${JSON.stringify(name)}`, 'objects without it', name);
  }
}
