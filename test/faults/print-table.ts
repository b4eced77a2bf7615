import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../e2e/root.ts';
import { CALLS } from './calls.ts';

/**
 * `npm run faults`: runs the matrix and prints it, cases by fault and request: `45`, or `44/45` where one did not converge, and what
 * is not called. Ends with 1 when a case was violated.
 */

interface Result {
  readonly fullName: string;
  readonly status: string;
  readonly meta: { readonly fault?: { readonly id: string; readonly call: string } };
}

interface Cell {
  readonly converged: number;
  readonly all: number;
}

function runMatrix(): readonly Result[] {
  const folder = mkdtempSync(join(tmpdir(), 'belay-faults-'));
  const file = join(folder, 'results.json');
  try {
    const args = ['run', 'test/faults', '--reporter=json', `--outputFile=${file}`];
    spawnSync(join(ROOT, 'node_modules/.bin/vitest'), args, { cwd: ROOT, stdio: 'ignore' });
    const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as {
      readonly testResults: readonly { readonly assertionResults: readonly Result[] }[];
    };
    return testResults.flatMap(({ assertionResults }) => assertionResults);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function print(results: readonly Result[]): readonly string[] {
  const cells = new Map<string, Cell>();
  const violated: string[] = [];
  for (const { meta, status, fullName } of results) {
    if (!meta.fault) continue;
    const key = `${meta.fault.id} ${meta.fault.call}`;
    const cell = cells.get(key) ?? { converged: 0, all: 0 };
    const isWell = status === 'passed';
    cells.set(key, { converged: cell.converged + Number(isWell), all: cell.all + 1 });
    if (!isWell) violated.push(fullName);
  }
  const keys = [...cells.keys()].map((key) => key.split(' '));
  const ids = [...new Set(keys.map(([id = '']) => id))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  const calls = [...new Set(keys.map(([, call = '']) => call))].sort();
  const line = (texts: readonly string[]): void =>
    console.log(texts.map((text) => text.padStart(10)).join(''));
  const show = ({ converged, all }: Cell): string =>
    converged === all ? String(all) : `${converged}/${all}`;
  line(['fault', ...calls]);
  for (const id of ids)
    line([
      id,
      ...calls.map((call) => {
        const cell = cells.get(`${id} ${call}`);
        return cell ? show(cell) : '-';
      }),
    ]);
  const all = [...cells.values()].reduce((sum, cell) => sum + cell.all, 0);
  console.log(`\n${all} cases: ${all - violated.length} converged, ${violated.length} violated`);
  for (const name of violated) console.log(`  violated: ${name}`);
  return violated;
}

function printCalls(): void {
  console.log('\nCalls of the reliability table, and the requests that make them:');
  for (const { number, call, made } of CALLS) {
    const note = made.by !== 'nothing' && made.note !== undefined ? ` (${made.note})` : '';
    const how = made.by === 'nothing' ? `not made: ${made.why}` : `${made.by.join(', ')}${note}`;
    console.log(`  ${String(number).padStart(2)} ${call.padEnd(44)} ${how}`);
  }
}

const violated = print(runMatrix());
printCalls();
if (violated.length > 0) process.exitCode = 1;
