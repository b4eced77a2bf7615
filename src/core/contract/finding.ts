import type { JsonNode } from '../json/json-node.ts';
import { quote } from '../yaml/yaml-path.ts';
import { type Bound, type Case, weaker } from './conjunction.ts';
import { keywordAt, type MapPart, type Part } from './contract.ts';
import type { JsonType } from './keywords.ts';

/** Why the values of one schema are not, or may not be, all among those of another. */
export interface Finding {
  /** `too-complex`: of the two as wholes; nothing else was found out. */
  readonly kind: 'incompatible' | 'unclear' | 'too-complex';
  /** The keyword that it is about; `false` for a schema that lets nothing through. */
  readonly keyword: string;
  /** Where it stands, or would stand, in the schema whose values are looked at. */
  readonly sub: Part;
  /** Where it stands in the schema that they should be among. */
  readonly sup: Part;
  /** Of an incompatible one, the values that there are; of an unclear one, why nobody can tell. */
  readonly had: string;
  /** Of an incompatible one, the values that are let through. */
  readonly needs: string;
  /** The property that it is about, where it is about one. */
  readonly property?: string;
}

/** Where a finding comes from. */
export interface Spot {
  readonly found: Case;
  /** The keyword. */
  readonly keyword: string;
  readonly sup: Part;
  /** What is nearest when the case says nothing. */
  readonly from: Part;
}

/** Values that are not let through, unless the case is not sure to have them: then nobody can tell. */
export function refused(spot: Spot, had: string, needs: string, property?: string): Finding {
  const isSure =
    spot.keyword === 'type' ? spot.found.certainty !== 'doubtful' : spot.found.certainty === 'exact';
  const more = property === undefined ? {} : { property };
  if (isSure) return { kind: 'incompatible', ...placesOf(spot), had, needs, ...more };
  return { ...unclear(spot, `other keywords beside it are not read, and may rule ${had} out`), ...more };
}

/** What nobody can tell. */
export function unclear(spot: Spot, why: string): Finding {
  return { kind: 'unclear', ...placesOf(spot), had: why, needs: '' };
}

/** A finding about a part of a value, when the whole is not sure to exist as its schema says. */
export function asPartOf(whole: Case, finding: Finding): Finding {
  if (finding.kind !== 'incompatible' || weaker(whole.certainty, 'exact') === 'exact') return finding;
  return {
    ...finding,
    kind: 'unclear',
    had: `keywords around it are not read, and may rule ${finding.had} out`,
    needs: '',
  };
}

function placesOf({ found, keyword, sup, from }: Spot): Pick<Finding, 'keyword' | 'sub' | 'sup'> {
  const part = found.parts.find((one) => keywordAt(one, keyword)) ?? found.parts[0];
  const node = part && (keywordAt(part, keyword) ?? part.node);
  return { keyword, sub: part && node ? { contract: part.contract, node } : from, sup };
}

const NOUNS: Readonly<Record<JsonType | 'integer', string>> = {
  null: 'null',
  boolean: 'true or false',
  number: 'numbers',
  integer: 'whole numbers',
  string: 'text',
  array: 'lists',
  object: 'objects',
};

/** What values of a case are called. */
export function nounOf({ type, whole }: Case): string {
  return NOUNS[whole ? 'integer' : type];
}

/** What a keyword lets through, in words. */
export function needsOf(keyword: string, node: JsonNode): string {
  const number = node.kind === 'scalar' ? String(node.value) : '';
  switch (keyword) {
    case 'type':
      return itemsOf(node).map(typeWord).join(', ');
    case 'enum':
      return showAll(itemsOf(node));
    case 'const':
      return show(node);
    case 'minimum':
      return `numbers from ${number}`;
    case 'exclusiveMinimum':
      return `numbers above ${number}`;
    case 'maximum':
      return `numbers up to ${number}`;
    case 'exclusiveMaximum':
      return `numbers below ${number}`;
    case 'multipleOf':
      return `multiples of ${number}`;
    case 'minLength':
      return `text of at least ${number} characters`;
    case 'maxLength':
      return `text of at most ${number} characters`;
    case 'minItems':
      return `lists of at least ${number} items`;
    case 'maxItems':
      return `lists of at most ${number} items`;
    case 'uniqueItems':
      return 'lists without duplicates';
    case 'minProperties':
      return `objects of at least ${number} properties`;
    case 'maxProperties':
      return `objects of at most ${number} properties`;
    case 'anyOf':
    case 'oneOf':
      return `what an alternative of "${keyword}" describes`;
    case 'not':
      return 'what "not" leaves over';
    default:
      return 'nothing in this place';
  }
}

const SHOWN = 5;

function itemsOf(node: JsonNode): readonly JsonNode[] {
  return node.kind === 'list' ? node.items : [node];
}

function typeWord(node: JsonNode): string {
  return node.kind === 'scalar' ? NOUNS[node.value as JsonType | 'integer'] : show(node);
}

/** A value in a message. */
export function show(node: JsonNode): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'an object';
  return typeof node.value === 'string' ? quote(node.value) : String(node.value);
}

/** Some values in a message. */
export function showAll(nodes: readonly JsonNode[]): string {
  const more = nodes.length > SHOWN ? ` and ${nodes.length - SHOWN} more` : '';
  return nodes.slice(0, SHOWN).map(show).join(', ') + more;
}

/** How far numbers go to one side. */
export function boundText(bound: Bound, side: 'low' | 'high'): string {
  if (!Number.isFinite(bound.value))
    return `numbers without ${side === 'low' ? 'a lower' : 'an upper'} bound`;
  const words = side === 'low' ? ['above', 'from'] : ['below', 'up to'];
  return `numbers ${bound.open ? words[0] : words[1]} ${bound.value}`;
}

/** The part of a schema that a keyword is, for `Spot.sup`. */
export function supOf(part: MapPart, keyword: string): Part {
  return { contract: part.contract, node: keywordAt(part, keyword) ?? part.node };
}
