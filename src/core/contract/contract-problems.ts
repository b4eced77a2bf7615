import type { Position, Problem } from '../errors.ts';
import { compareContracts } from './compare-contracts.ts';
import { type Contract, type Part, placeOf } from './contract.ts';
import type { Finding } from './finding.ts';
import { shownPointer } from './read-contract.ts';

/** The contract of one version. */
export interface VersionContract {
  readonly version: string;
  readonly contract: Contract;
}

/** Two contracts of one side, and who knows that they do not fit. */
export interface ContractPair {
  /** `input`: what callers send; `output`: what consumers read. */
  readonly side: 'input' | 'output';
  readonly stable: VersionContract;
  readonly candidate: VersionContract;
  /** Callers and consumers that the change is declared to break; none: it must break nobody. */
  readonly breaks: readonly string[];
}

/** More would not be read. */
const SHOWN = 20;

/**
 * What a candidate would break: errors (warnings where `breaks` declares it), and warnings where nobody can tell. Each at its place in
 * the candidate's file. A candidate takes all that stable takes, and answers nothing that a reader of stable's answers does not know.
 */
export function contractProblems(pair: ContractPair): readonly Problem[] {
  const [stable, candidate] = [pair.stable.contract, pair.candidate.contract];
  const findings =
    pair.side === 'input' ? compareContracts(stable, candidate) : compareContracts(candidate, stable);
  const sorted = [...findings].sort((a, b) => Number(a.kind === 'unclear') - Number(b.kind === 'unclear'));
  const problems = sorted.slice(0, SHOWN).map((finding) => toProblem(pair, finding));
  const [first] = problems;
  if (!first || sorted.length <= SHOWN) return problems;
  const message = `${sorted.length - SHOWN} more differences in this file; mend those above first`;
  return [...problems, { ...first, code: 'PROBLEMS_OMITTED', path: '', message }];
}

function toProblem(pair: ContractPair, finding: Finding): Problem {
  const { side, breaks } = pair;
  const [own, other] = side === 'input' ? [finding.sup, finding.sub] : [finding.sub, finding.sup];
  const place = { at: placeOf(own), path: shownPointer(own.node.pointer) };
  if (finding.kind === 'unclear')
    return {
      ...place,
      code: 'CONTRACT_UNCLEAR',
      severity: 'warning',
      message: unclearText(pair, finding, other),
    };
  if (finding.kind === 'too-complex')
    return {
      ...place,
      code: 'CONTRACT_TOO_COMPLEX',
      severity: breaks.length > 0 ? 'warning' : 'error',
      message: tooComplexText(pair, finding, other),
    };
  return {
    ...place,
    code: side === 'input' ? 'CONTRACT_INPUT_NARROWED' : 'CONTRACT_OUTPUT_WIDENED',
    severity: breaks.length > 0 ? 'warning' : 'error',
    message: `${changeText(pair, finding)} (stable: ${placeText(placeOf(other))}); ${whatToDo(pair, finding)}`,
  };
}

function changeText({ side, stable, candidate }: ContractPair, { had, needs }: Finding): string {
  return side === 'input'
    ? `callers of ${stable.version} may send ${had}, and ${candidate.version} takes only ${needs}`
    : `${candidate.version} may answer ${had}, and consumers of ${stable.version} know only ${needs}`;
}

function whatToDo({ side, breaks }: ContractPair, { keyword, property }: Finding): string {
  if (breaks.length > 0) return `declared to break ${breaks.join(', ')}`;
  const name = JSON.stringify(property ?? '');
  const isRequired = keyword === 'required';
  if (side === 'input')
    return `${isRequired ? `make ${name} optional` : 'take what stable takes'}, or declare breaks: [<caller>] in the candidate's contract`;
  return `${isRequired ? `require ${name} and always answer it` : 'answer only what stable answers'}, or declare breaks: [<consumer>] in the candidate's contract`;
}

function unclearText(pair: ContractPair, { had, keyword, property }: Finding, other: Part): string {
  const { side, stable, candidate } = pair;
  const question =
    side === 'input'
      ? `whether ${candidate.version} takes all that ${stable.version} takes`
      : `whether consumers of ${stable.version} can read all that ${candidate.version} answers`;
  const older = side === 'input' ? 'stable' : 'the candidate';
  const hint =
    keyword === 'properties' && property !== undefined
      ? `say in the contract of ${older} what ${JSON.stringify(property)} is, or close it with "additionalProperties": false`
      : 'compare them by hand, or keep the words of stable';
  return `cannot tell ${question}: ${had} (${placeText(placeOf(other))}); ${hint}`;
}

function tooComplexText({ side, breaks }: ContractPair, { had }: Finding, other: Part): string {
  const who = side === 'input' ? 'callers' : 'consumers';
  const hint =
    breaks.length > 0
      ? `declared to break ${breaks.join(', ')}`
      : `write the schemas flatter, with fewer alternatives and references within each other, or declare breaks in the candidate's contract`;
  return `nobody can tell whether this breaks ${who}: it and ${other.contract.file} are too complex, ${had}; ${hint}`;
}

function placeText({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`;
}
