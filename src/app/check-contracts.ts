import { compareContracts } from '../core/contract/compare-contracts.ts';
import type { Contract } from '../core/contract/contract.ts';
import { contractProblems } from '../core/contract/contract-problems.ts';
import { readContract } from '../core/contract/read-contract.ts';
import type { Problem } from '../core/errors.ts';
import type { Draft } from '../core/manifest/draft.ts';
import type { ParsedRelease } from '../core/manifest/parse-release.ts';
import { toProblem } from '../core/manifest/rule.ts';
import { quote } from '../core/yaml/yaml-path.ts';
import type { FileSource, RepoFile } from '../ports/forge.ts';
import { type Remains, wholeOf } from './read-files.ts';

const SIDES = ['input', 'output'] as const;
type Side = (typeof SIDES)[number];

/**
 * The contracts that a manifest names are there and sound, and what the candidate takes and answers fits those who live with stable.
 * Read here alone: a rollout or a rollback is never held by a file that is neither served nor measured.
 */
export async function checkContracts(files: FileSource, remains: Remains): Promise<readonly Problem[]> {
  const named = namesIn(remains.draft);
  const parsed = wholeOf(remains);
  if (named.length === 0) return [];
  const found = await files.read([...new Set(named.map(({ path }) => path))]);
  const problems: Problem[] = [];
  const contracts = new Map<string, Contract>();
  for (const { role, side, path } of named) {
    if (contracts.has(path) || problems.some(({ at }) => at.file === path)) continue;
    const file = found.get(path);
    if (file?.kind !== 'text') {
      problems.push(
        toProblem(remains.source, { path: ['spec', role, 'contract', side], ...absence(path, file) }),
      );
      continue;
    }
    const reading = readContract(path, file.text);
    problems.push(...reading.problems);
    if (reading.kind === 'ok') contracts.set(path, reading.value);
  }
  return parsed ? [...problems, ...compare(parsed, contracts)] : problems;
}

/** Told where stable's word is another than in the base: a candidate that breaks the old one fits the new one. */
export async function checkRewritten(
  base: FileSource,
  files: FileSource,
  { before, after }: { readonly before: ParsedRelease; readonly after: ParsedRelease },
): Promise<readonly Problem[]> {
  const [old, now] = [before.release.spec.stable, after.release.spec.stable];
  const paths = new Set(SIDES.flatMap((side) => old.contract?.[side] ?? []));
  const kept = SIDES.flatMap((side) => now.contract?.[side] ?? []).filter((path) => paths.has(path));
  if (kept.length === 0 || old.version !== now.version) return [];
  const [was, is] = [await base.read(kept), await files.read(kept)];
  return [...new Set(kept)].flatMap((path): readonly Problem[] => {
    const [one, other] = [contractOf(was.get(path)), contractOf(is.get(path))];
    if (!one || !other) return [];
    if (compareContracts(one, other).length + compareContracts(other, one).length === 0) return [];
    const message = `is the contract of stable ${now.version} and says something else than before, so that a candidate is compared with what was never promised; put a change into a file of its own, and change this one only where it was wrong`;
    const at = { file: path, line: 1, column: 1 };
    return [{ code: 'CONTRACT_REWRITTEN', severity: 'warning', at, path: '', message }];
  });
}

function contractOf(file: RepoFile | undefined): Contract | undefined {
  const reading = file?.kind === 'text' ? readContract(file.path, file.text) : undefined;
  return reading?.kind === 'ok' ? reading.value : undefined;
}

interface Named {
  readonly role: 'stable' | 'candidate';
  readonly side: Side;
  readonly path: string;
}

function namesIn(draft: Draft): readonly Named[] {
  return (['stable', 'candidate'] as const).flatMap((role) =>
    SIDES.flatMap((side) => {
      const path = draft[role]?.contract?.[side];
      return path === undefined ? [] : [{ role, side, path }];
    }),
  );
}

function absence(
  path: string,
  file: RepoFile | undefined,
): { readonly code: string; readonly message: string } {
  if (!file)
    return {
      code: 'CONTRACT_MISSING',
      message: `${quote(path)} is not there; add the JSON Schema or correct the path`,
    };
  const what = file.kind === 'unreadable' ? file.reason : '';
  return {
    code: 'SEC-09',
    message: `${quote(path)} is no regular file of UTF-8 (${what}); put one in its place`,
  };
}

function compare(parsed: ParsedRelease, contracts: ReadonlyMap<string, Contract>): readonly Problem[] {
  const { stable, candidate } = parsed.release.spec;
  if (!candidate) return [];
  const breaks = candidate.contract?.breaks ?? [];
  const problems: Problem[] = [];
  let isWhole = true;
  for (const side of SIDES) {
    const [old, now] = [stable.contract?.[side], candidate.contract?.[side]];
    if (old === undefined) continue;
    if (now === undefined) {
      problems.push(dropped(parsed, side, old));
      continue;
    }
    const [before, after] = [contracts.get(old), contracts.get(now)];
    if (!before || !after) isWhole = false;
    else if (old !== now)
      problems.push(
        ...contractProblems({
          side,
          stable: { version: stable.version, contract: before },
          candidate: { version: candidate.version, contract: after },
          breaks,
        }),
      );
  }
  if (breaks.length > 0 && isWhole && problems.length === 0) problems.push(breaksNothing(parsed));
  return problems;
}

function dropped({ release, source }: ParsedRelease, side: Side, path: string): Problem {
  const { contract } = release.spec.candidate ?? {};
  return toProblem(source, {
    code: 'CONTRACT_DROPPED',
    severity: contract?.breaks ? 'warning' : 'error',
    path: ['spec', 'candidate', ...(contract ? ['contract'] : [])],
    what: 'key',
    message: `stable promises ${quote(path)} as its ${side}, and the candidate promises nothing; add contract: {${side}: …} to the candidate, ${quote(path)} itself where nothing changes`,
  });
}

function breaksNothing({ source }: ParsedRelease): Problem {
  return toProblem(source, {
    code: 'CONTRACT_BREAKS_NOTHING',
    severity: 'warning',
    path: ['spec', 'candidate', 'contract', 'breaks'],
    what: 'key',
    message:
      'the contracts fit, and nobody is broken; delete breaks, so that a change that breaks them is seen',
  });
}
