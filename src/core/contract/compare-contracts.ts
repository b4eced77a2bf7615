import type { JsonNode } from '../json/json-node.ts';
import { accepts } from './accepts.ts';
import { compareValues, type Question } from './compare-values.ts';
import {
  type Case,
  casesOf,
  flatten,
  itemAt,
  limitOf,
  propertyAt,
  rangeOf,
  requiredOf,
} from './conjunction.ts';
import {
  Budget,
  type Contract,
  inPlace,
  isFalse,
  isMapPart,
  keywordAt,
  keywordsIn,
  type MapPart,
  OutOfSteps,
  type Part,
  schemaAt,
  schemasAt,
  textsAt,
} from './contract.ts';
import { type Finding, needsOf, nounOf, refused, showAll, supOf, unclear } from './finding.ts';
import { keywordOf } from './keywords.ts';
import { sameKeyword, sameSchema } from './same-schema.ts';

/** A comparison of schemas as people write them takes some thousands. */
const MOST_STEPS = 1_000_000;
/** Values within values. */
const DEEPEST = 60;

/**
 * Why not every value that one contract lets through is let through by another; nothing when every one is. Never falsely nothing:
 * where a keyword is not read, a finding says so. docs/contracts.md has the rules.
 * @param sub  whose values are looked at
 * @param sup  which of them should let them through
 */
export function compareContracts(sub: Contract, sup: Contract): readonly Finding[] {
  const budget = new Budget(MOST_STEPS);
  const root = { contract: { ...sub, budget }, node: sub.root };
  const other = { contract: { ...sup, budget }, node: sup.root };
  try {
    return dropRepeated(new Containment(budget).within([root], other, root));
  } catch (fault) {
    if (!(fault instanceof OutOfSteps)) throw fault;
    const had = `they take more than ${MOST_STEPS} steps to compare`;
    return [{ kind: 'too-complex', keyword: '', sub: root, sup: other, had, needs: '' }];
  }
}

function dropRepeated(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Map<string, Finding>();
  for (const finding of findings) {
    const key = [
      finding.kind,
      finding.keyword,
      finding.sub.node.pointer,
      finding.sup.node.pointer,
      finding.had,
    ].join('\n');
    if (!seen.has(key)) seen.set(key, finding);
  }
  return [...seen.values()];
}

class Containment {
  /** Pairs that are being compared further up: a value is finite, so what comes back to itself holds unless something else fails. */
  readonly #open = new Set<string>();
  readonly #numbers = new Map<JsonNode, number>();
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  within(sub: readonly Part[], sup: Part, from: Part): readonly Finding[] {
    this.#budget.spend(sub.length + 1);
    const key = [...sub.map(({ node }) => this.#number(node)).sort(), '<', this.#number(sup.node)].join(' ');
    if (this.#open.has(key)) return [];
    const cases = this.#open.size > DEEPEST ? undefined : casesOf(sub);
    if (!cases) return [tooLarge(sub[0] ?? from, sup)];
    this.#open.add(key);
    const findings = cases.flatMap((found) => [...this.#compare(found, sup, from)]);
    this.#open.delete(key);
    return findings;
  }

  /** All that a schema asks of the values of a case. */
  *#compare(found: Case, sup: Part, from: Part): Iterable<Finding> {
    this.#budget.spend();
    if (!isMapPart(sup)) {
      if (isFalse(sup))
        yield refused({ found, keyword: 'false', sup, from }, nounOf(found), needsOf('false', sup.node));
      return;
    }
    if (found.parts.some((part) => sameSchema(part, sup))) return;
    if (found.values) {
      yield* compareListed(found, found.values, sup, from);
      return;
    }
    for (const part of inPlace(sup)) yield* this.#compare(found, part, from);
    const mismatch = compareKinds(found, sup, from);
    yield* mismatch;
    if (mismatch.length > 0) return;
    const within: Question['within'] = (parts, wanted, at) => this.within(parts, wanted, at);
    yield* compareValues({ found, sup, from, within });
    yield* this.#compareAlternatives(found, sup, from);
    for (const name of keywordsIn(sup)) yield* compareUnread(found, sup, name, from);
  }

  *#compareAlternatives(found: Case, sup: MapPart, from: Part): Iterable<Finding> {
    for (const keyword of ['anyOf', 'oneOf', 'not']) {
      const node = keywordAt(sup, keyword);
      if (!node || found.parts.some((part) => sameKeyword(part, sup, keyword))) continue;
      const spot = { found, keyword, sup: supOf(sup, keyword), from };
      if (keyword === 'not') {
        const inner = schemaAt(sup, keyword);
        if (inner && !this.#excludes(found, inner, 0))
          yield unclear(spot, 'what "not" rules out may be among the values');
        continue;
      }
      const options = schemasAt(sup, keyword).filter((option) => !this.#excludes(found, option, 0));
      const [only] = options;
      if (!only) yield refused(spot, nounOf(found), needsOf(keyword, node));
      else if (options.length === 1) yield* this.#compare(found, only, from);
      else if (
        keyword === 'oneOf' ||
        !options.some((option) => [...this.#compare(found, option, from)].length === 0)
      )
        yield unclear(spot, `the values fit several alternatives of "${keyword}" in part`);
    }
  }

  /** Whether a schema certainly lets none of the values through; false says nothing. */
  #excludes(found: Case, sup: Part, depth: number): boolean {
    if (isFalse(sup)) return true;
    if (!isMapPart(sup) || depth > DEEPEST) return false;
    this.#budget.spend();
    if (found.values) return found.values.every((value) => accepts(value, sup).answer === 'no');
    const cases = casesOf([sup])?.filter(({ type }) => type === found.type);
    return cases?.every((other) => this.#areApart(found, other, depth)) ?? false;
  }

  #areApart(a: Case, b: Case, depth: number): boolean {
    if (b.values)
      return b.values.every((value) => a.parts.some((part) => accepts(value, part).answer === 'no'));
    if (a.type === 'number') {
      const [one, other] = [rangeOf(a), rangeOf(b)];
      return one.low.value > other.high.value || one.high.value < other.low.value;
    }
    const parts = [...a.parts, ...b.parts];
    if (a.type === 'array')
      return (
        limitOf(parts, 'minItems') > 0 && this.#meetNowhere(itemAt(a.parts, 0), itemAt(b.parts, 0), depth)
      );
    if (a.type !== 'object') return false;
    return requiredOf(parts).some((name) =>
      this.#meetNowhere(propertyAt(a.parts, name), propertyAt(b.parts, name), depth),
    );
  }

  #meetNowhere(a: readonly Part[], b: readonly Part[], depth: number): boolean {
    if (flatten(a) === undefined || flatten(b) === undefined) return true;
    const cases = casesOf(a);
    return cases?.every((found) => b.some((part) => this.#excludes(found, part, depth + 1))) ?? false;
  }

  #number(node: JsonNode): number {
    const known = this.#numbers.get(node) ?? this.#numbers.size;
    this.#numbers.set(node, known);
    return known;
  }
}

function tooLarge(sub: Part, sup: Part): Finding {
  const had = 'the schemas have too many alternatives, or too many levels, to be compared';
  return { kind: 'unclear', keyword: 'anyOf', sub, sup, had, needs: '' };
}

/** `type`, and lists of values that a case without a list cannot be among. */
function compareKinds(found: Case, sup: MapPart, from: Part): readonly Finding[] {
  const type = keywordAt(sup, 'type');
  const names = textsAt(sup, 'type');
  const isNamed = names.includes(found.type) || (found.type === 'number' && names.includes('integer'));
  const mustBeWhole = found.type === 'number' && !names.includes('number') && names.includes('integer');
  const steps = mustBeWhole && !found.whole ? found.parts.map((part) => keywordAt(part, 'multipleOf')) : [];
  const isWhole =
    found.whole || steps.some((step) => step?.kind === 'scalar' && Number.isSafeInteger(step.value));
  if (type && (!isNamed || (mustBeWhole && !isWhole)))
    return [
      refused(
        { found, keyword: 'type', sup: supOf(sup, 'type'), from },
        nounOf(found),
        needsOf('type', type),
      ),
    ];
  return ['const', 'enum'].flatMap((keyword) => {
    const node = keywordAt(sup, keyword);
    if (!node) return [];
    const spot = { found, keyword, sup: supOf(sup, keyword), from };
    const { low, high } = rangeOf(found);
    if (found.whole && Number.isFinite(low.value) && Number.isFinite(high.value))
      return [
        unclear(
          spot,
          `whole numbers from ${low.value} to ${high.value} are not compared with a list one by one`,
        ),
      ];
    return [refused(spot, `other ${nounOf(found)}`, needsOf(keyword, node))];
  });
}

/** Values that are listed are held against the schema one by one. */
function compareListed(
  found: Case,
  values: readonly JsonNode[],
  sup: MapPart,
  from: Part,
): readonly Finding[] {
  const groups = new Map<JsonNode | undefined, JsonNode[]>();
  for (const value of values) {
    const { answer, by } = accepts(value, sup);
    if (answer === 'yes') continue;
    const isSure = answer === 'no' && found.parts.every((part) => accepts(value, part).answer === 'yes');
    const key = isSure ? by : undefined;
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return [...groups].map(([by, some]) => {
    const keyword = by ? keywordOfNode(by) : 'enum';
    const spot = { found, keyword, sup: by ? { contract: sup.contract, node: by } : sup, from };
    if (!by) return unclear(spot, `a keyword that is not read decides about ${showAll(some)}`);
    return refused(spot, showAll(some), needsOf(keyword, by));
  });
}

function keywordOfNode(node: JsonNode): string {
  const step = node.pointer.slice(node.pointer.lastIndexOf('/') + 1);
  return node.kind === 'scalar' && node.value === false ? 'false' : step;
}

/** A keyword that is not read holds for values of which the very same is said already. */
function compareUnread(found: Case, sup: MapPart, name: string, from: Part): readonly Finding[] {
  const { how, of } = keywordOf(sup.contract.dialect, name);
  if (how !== 'same' || (of !== undefined && of !== found.type)) return [];
  if (
    found.parts.some(
      (part) => keywordAt(part, name) && !name.startsWith('unevaluated') && sameKeyword(part, sup, name),
    )
  )
    return [];
  const spot = { found, keyword: name, sup: supOf(sup, name), from };
  return [unclear(spot, `"${name}" is not read, and it is not the same in both`)];
}
