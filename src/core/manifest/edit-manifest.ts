import { isMap } from 'yaml';
import { type Position, ToolError } from '../errors.ts';
import type { Percent } from '../units.ts';
import { type BlockRefusal, type BlockResult, describeRefusal, entryLines } from '../yaml/block.ts';
import { readYaml, type YamlSource } from '../yaml/read-yaml.ts';
import { applySplices, type Splice } from '../yaml/splice.ts';
import { locate, type Place } from '../yaml/yaml-path.ts';
import { asMap, valueAt, withValue } from './describe-value.ts';
import type { VersionSpec } from './release-schema.ts';

/**
 * The edits that Belay makes in a manifest. They keep every byte that they do not mean to change, and they read the
 * result again: when anything but the intended values differs, nothing is handed out.
 */

const WEIGHT = ['spec', 'rollout', 'weight'] as const;

/**
 * The manifest with another weight. The same text when it has this weight already, however that is spelled.
 * @param source  a manifest that parseRelease accepted
 * @throws ToolError BUG when it has no weight to write
 */
export function writeWeight(source: YamlSource, weight: Percent): string {
  if (valueAt(source.value, WEIGHT) === weight) return source.text;
  const text = applySplices(source.text, [weightSplice(source, weight)]);
  return verified(source, text, withValue(source.value, WEIGHT, weight));
}

/**
 * The manifest after the rollout: the lines of `stable` are gone, `candidate` is called `stable`, the weight is 0. Keys may
 * stand in any order; comments outside the lines of `stable` stay.
 * @param source  a manifest that parseRelease accepted
 * @throws ToolError REFUSED when its style does not allow it, which parseRelease would have said; BUG without a candidate
 */
export function promoteManifest(source: YamlSource): string {
  const candidate = locate(source.document, ['spec', 'candidate']);
  if (candidate.depth < 2) throw bug(source, 'expected a candidate to promote, got none');
  const removal = stableRemoval(source);
  if (removal.kind === 'refused')
    throw new ToolError({ code: 'REFUSED', message: `${source.file}: ${removalText(removal)}` });
  const splices = [removal.value, renameSplice(source, candidate), weightSplice(source, 0)];
  return verified(source, applySplices(source.text, splices), promoted(source.value));
}

/**
 * The manifest with a candidate on one line below the lines of `stable`, for drills.
 * @param source  a settled manifest that parseRelease accepted
 * @throws ToolError REFUSED when its style does not allow it
 */
export function addCandidate(source: YamlSource, candidate: VersionSpec): string {
  const lines = stableRemoval(source);
  if (lines.kind === 'refused')
    throw new ToolError({ code: 'REFUSED', message: `${source.file}: ${removalText(lines)}` });
  const { start, end } = lines.value;
  const indent = /^ */.exec(source.text.slice(start))?.[0] ?? '';
  const line = `${indent}candidate: ${JSON.stringify(candidate)}\n`;
  const isEnded = source.text.slice(start, end).endsWith('\n');
  const text = applySplices(source.text, [{ start: end, end, text: isEnded ? line : `\n${line}` }]);
  const spec = { ...asMap(asMap(source.value).spec), candidate };
  return verified(source, text, withValue(source.value, ['spec'], spec));
}

/** What keeps a manifest from being promoted in place, and where; undefined when nothing does. */
export function findPromotionObstacle(source: YamlSource): { message: string; at: Position } | undefined {
  const removal = stableRemoval(source);
  if (removal.kind === 'ok') return undefined;
  return { message: removalText(removal), at: source.positionAt(removal.offset) };
}

/** Removal of the full lines of `stable`. A manifest has no anchors that something else could need. */
function stableRemoval(source: YamlSource): BlockResult<Splice> {
  const { value, depth } = locate(source.document, ['spec']);
  if (depth < 1 || !isMap(value)) throw bug(source, 'expected a map spec, got none');
  const lines = entryLines(source.text, { map: value, key: 'stable' });
  return lines.kind === 'ok' ? { kind: 'ok', value: { ...lines.value, text: '' } } : lines;
}

function removalText(refusal: BlockRefusal): string {
  return `stable cannot make way for the candidate in place: ${describeRefusal(refusal)}; write it as an indented block`;
}

function weightSplice(source: YamlSource, weight: number): Splice {
  const { value, depth } = locate(source.document, WEIGHT);
  const range = value?.range;
  if (depth < WEIGHT.length || !range) throw bug(source, 'expected a weight to write, got none');
  return { start: range[0], end: range[1], text: plainDecimal(weight) };
}

/** The key keeps its quotes. */
function renameSplice(source: YamlSource, { key }: Place): Splice {
  const range = key?.range;
  if (!range) throw bug(source, 'expected a key "candidate", got none');
  const written = source.text.slice(range[0], range[1]);
  const renamed = written.includes('candidate') ? written.replace('candidate', 'stable') : 'stable';
  return { start: range[0], end: range[1], text: renamed };
}

/** Never an exponent, which the strict reading refuses. */
function plainDecimal(value: number): string {
  return value.toFixed(9).replace(/\.?0+$/, '');
}

function promoted(manifest: unknown): unknown {
  const { stable: _, candidate, ...rest } = asMap(asMap(manifest).spec);
  return withValue(withValue(manifest, ['spec'], { ...rest, stable: candidate }), WEIGHT, 0);
}

/** The edited text, once it has been read again and says what it was meant to. */
function verified(source: YamlSource, text: string, expected: unknown): string {
  const reading = readYaml(source.file, text);
  if (reading.kind === 'ok' && isSame(reading.value.value, expected)) return text;
  throw bug(source, 'the edited text does not say what it was meant to; nothing was written');
}

function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  const isAsLong = keys.length === Object.keys(b).length;
  return isAsLong && keys.every((key) => Object.hasOwn(b, key) && isSame(asMap(a)[key], asMap(b)[key]));
}

function bug(source: YamlSource, what: string): ToolError {
  return new ToolError({ code: 'BUG', message: `${source.file}: ${what}` });
}
