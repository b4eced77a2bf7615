import type { Sha } from '../../src/core/units.ts';
import type { Edits } from '../fakes/commit-store.ts';
import type { FakeForge, FakePull } from '../fakes/forge.ts';
import {
  CONFIG,
  exposure,
  manifestPath,
  newestMove,
  otherBackend,
  readManifest,
  readSplit,
  recordPaths,
  servingPath,
  versionLines,
  withCandidate,
  withoutCandidate,
  withWeight,
  writeSplit,
} from './files.ts';
import type { ActKind, SimRelease } from './scenario.ts';

/** Something that a person broke, and how a person mends it. */
type Repair = () => void;

/** A pull request that a person closed. */
export interface Closed {
  readonly release: string;
  readonly pull: FakePull;
}

/** Everybody but Belay who works in the repository. */
export class People {
  readonly #forge: FakeForge;
  readonly #releases: readonly SimRelease[];
  readonly #newest = new Map<string, number>();
  #repairs: Repair[] = [];
  #notes = 0;
  /** What was done to some effect, by release. */
  readonly done: { readonly release: string; readonly act: ActKind }[] = [];
  readonly closed: Closed[] = [];
  /** Branches of Belay's to which a person pushed. */
  readonly pushed = new Set<string>();

  constructor(forge: FakeForge, releases: readonly SimRelease[]) {
    this.#forge = forge;
    this.#releases = releases;
    for (const { name, bornWithCandidate } of releases) this.#newest.set(name, bornWithCandidate ? 2 : 1);
  }

  has(release: string, ...acts: readonly ActKind[]): boolean {
    return this.done.some((one) => one.release === release && acts.includes(one.act));
  }

  /** Where a version served before the first one, the first one takes its place. */
  succeed(): void {
    for (const { name, older } of this.#releases) {
      if (!older) continue;
      const path = manifestPath(name);
      const lines = versionLines('stable', `${name}-1`, `${name}-a`);
      const text = this.#forge.textAt(path)?.replace(/^ {2}stable:\n(?: {4}.*\n)+/m, lines) ?? '';
      this.#push({ [path]: text, [servingPath(name)]: this.#route(name, { [`${name}-a`]: 100 }) }, 'succeed');
    }
  }

  /** Does something; false when there is nothing to do it to. */
  act(name: string, act: ActKind): boolean {
    const isDone = this.#try(name, act);
    if (isDone) this.done.push({ release: name, act });
    return isDone;
  }

  #try(name: string, act: ActKind): boolean {
    switch (act) {
      case 'close-pull':
      case 'merge-pull':
      case 'push-to-branch':
      case 'delete-branch':
        return this.#onPull(name, act);
      case 'force-push':
        return this.#forcePush();
      case 'record-edited':
      case 'record-deleted':
        return this.#onRecord(name, act);
      case 'unrelated':
        return this.#push({ 'README.md': `Ours, ${this.#note()}.\n` }, act);
      case 'config':
        return this.#breakFile(CONFIG, (text) => `${text}broken: [\n`);
      case 'comment-target':
        return this.#edit(servingPath(name), act, (text) => `${text}# ${this.#note()}\n`);
      case 'split':
        return this.#edit(servingPath(name), act, () =>
          this.#route(name, { [`${name}-a`]: 70, [`${name}-b`]: 30 }),
        );
      case 'delete':
        return this.#breakFile(manifestPath(name), () => null);
      default:
        return this.#onManifest(name, act);
    }
  }

  /** What the breakers, or others, mend when things are to come to rest; again, where it came back by a late merge. */
  repair(): void {
    for (const repair of this.#repairs.toReversed()) repair();
    for (const { name } of this.#releases) this.#tidy(name);
  }

  #onManifest(name: string, act: ActKind): boolean {
    const path = manifestPath(name);
    const release = readManifest(path, this.#forge.textAt(path));
    if (!release) return false;
    const { candidate, rollout } = release.spec;
    const edit = (change: (text: string) => string): boolean => this.#edit(path, act, change);
    switch (act) {
      case 'bring':
        return this.#bring(name, (this.#newest.get(name) ?? 1) + 1);
      case 'bring-again':
        return this.#bring(name, this.#newest.get(name) ?? 1);
      case 'withdraw':
        return edit(withoutCandidate);
      case 'revert-by-hand': {
        const text = withoutCandidate(this.#forge.textAt(path) ?? '');
        const route = this.#route(name, { [release.spec.stable.backend]: 100 });
        return candidate !== undefined && this.#push({ [path]: text, [servingPath(name)]: route }, act);
      }
      case 'pause':
        return (
          !rollout.paused && edit((text) => text.replace(/^ {4}strategy: canary$/m, '$&\n    paused: true'))
        );
      case 'resume':
        return edit((text) => text.replace(/^ {4}paused: true\n/m, ''));
      case 'comment':
        return edit((text) => `${text}# ${this.#note()}\n`);
      case 'thresholds':
        return edit((text) =>
          text.replace(/limit: (\S+)/, (_, was) => `limit: ${was === '3%' ? '2.5%' : '3%'}`),
        );
      case 'steps':
        return edit((text) => text.replace(/(weight: 10, hold:) \d+m/, '$1 20m'));
      case 'weight': {
        const other = rollout.steps.find((step) => step.weight !== rollout.weight);
        return candidate !== undefined && edit((text) => withWeight(text, other?.weight ?? 100));
      }
      case 'stable':
        return edit((text) =>
          text
            .replace(/^( {2}stable:\n {4}version: \S+)/m, '$1x')
            .replace(
              /^( {2}stable:\n(?: {4}.*\n)*? {8}digest: sha256:)(\d)/m,
              (_, before: string, digit: string) => `${before}${(Number(digit) + 9) % 10}`,
            ),
        );
      case 'promote-by-hand': {
        const version = `${name}-${this.#newest.get(name) ?? 1}`;
        const { needs } = this.#release(name);
        const lines = versionLines(
          'stable',
          version,
          otherBackend(name, release.spec.stable.backend),
          needs?.[version],
        );
        const text = this.#forge.textAt(path)?.replace(/^ {2}stable:\n(?: {4}.*\n)+/m, lines) ?? '';
        const { backend } = release.spec.stable;
        if (candidate || release.spec.stable.version === version) return false;
        return this.#push(
          { [path]: text, [servingPath(name)]: this.#route(name, { [otherBackend(name, backend)]: 100 }) },
          act,
        );
      }
      case 'invalid':
        return this.#breakFile(path, (text) => `${text}broken: [\n`);
      case 'newer':
        return this.#breakFile(path, (text) => text.replace('belay.dev/v1', 'belay.dev/v2'));
      default:
        return false;
    }
  }

  #bring(name: string, number: number): boolean {
    const known = this.#releases.find((release) => release.name === name)?.truths.length ?? 1;
    const path = manifestPath(name);
    const text = this.#forge.textAt(path) ?? '';
    if (number < 2 || number > known || new RegExp(`^ {4}version: ${name}-${number}$`, 'm').test(text))
      return false;
    this.#newest.set(name, number);
    return this.#edit(path, 'bring', (before) => withCandidate(before, this.#release(name), number));
  }

  #onPull(name: string, act: ActKind): boolean {
    const pull = this.#forge.pulls.findLast(
      ({ state, branch }) => state === 'open' && branch.split('/')[2] === name,
    );
    if (!pull) return false;
    if (act === 'close-pull') this.#close(name, pull);
    else if (act === 'delete-branch') this.#forge.setBranch(pull.branch, undefined);
    else if (act === 'merge-pull') return this.#forge.mergeByHand(pull.number);
    else {
      this.pushed.add(pull.branch);
      this.#forge.push(
        { 'foreign.txt': `${this.#note()}\n` },
        { branch: pull.branch, message: 'Push to a branch of Belay' },
      );
    }
    return true;
  }

  #close(release: string, pull: FakePull): void {
    this.#forge.closePull(pull.number);
    this.closed.push({ release, pull });
    this.done.push({ release, act: 'close-pull' });
  }

  #onRecord(name: string, act: ActKind): boolean {
    const path = recordPaths(this.#tree(), name).at(-1);
    return (
      path !== undefined &&
      this.#breakFile(
        path,
        act === 'record-deleted' ? () => null : (text) => text.replace('"release"', '"Release"'),
      )
    );
  }

  #forcePush(): boolean {
    const tip = this.#forge.tip('main')!;
    const parent: Sha | undefined = this.#forge.commitAt(tip).parents[0];
    if (parent === undefined) return false;
    this.#forge.setBranch('main', parent);
    return true;
  }

  /** Changes a file so that it cannot be read; mended by the same change back, unless somebody else has mended it. */
  #breakFile(path: string, change: (text: string) => string | null): boolean {
    const before = this.#forge.textAt(path);
    if (before === undefined) return false;
    const broken = change(before);
    if (!this.#push({ [path]: broken }, 'break')) return false;
    this.#repairs.push(() => {
      if ((this.#forge.textAt(path) ?? null) === broken) this.#push({ [path]: before }, 'mend');
    });
    return true;
  }

  /** Nobody leaves a pause, a weight or a split of their own behind for good. */
  #tidy(name: string): void {
    const path = manifestPath(name);
    this.#edit(path, 'mend', (text) => text.replace(/^ {4}paused: true\n/m, ''));
    const release = readManifest(path, this.#forge.textAt(path));
    const newest = newestMove(this.#tree(), name);
    if (!release) return;
    const { candidate, stable, rollout } = release.spec;
    const { kind = 'adopt', to = 0 } = newest?.decision ?? {};
    const isRunning =
      candidate &&
      newest?.candidate?.version === candidate.version &&
      ['start', 'advance', 'reduce'].includes(kind);
    const weight = isRunning ? to : 0;
    if (candidate && rollout.weight !== weight) this.#edit(path, 'mend', (text) => withWeight(text, weight));
    const wanted = { [stable.backend]: 100 - weight, [candidate?.backend ?? `${name}-none`]: weight };
    const split = readSplit(this.#forge.textAt(servingPath(name)));
    const isServed = [...split].every(([backend, share]) => share === (wanted[backend] ?? 0));
    if (!isServed || split.size !== (this.#release(name).older ? 3 : 2))
      this.#push(
        {
          [servingPath(name)]: this.#route(name, wanted),
        },
        'mend',
      );
  }

  /**
   * People look at what waits for them: they approve, end what somebody else pushed to, and merge what they ordered and Belay says
   * is theirs to merge; an order that conflicts they close, and give again if they still want it.
   * @param reviewed releases whose steps are approved by a review or a comment, and not by merging them
   * @returns releases whose rollback conflicts, and has to be ordered again
   */
  answer(
    waiting: ReadonlySet<string> = new Set(),
    reviewed: ReadonlySet<string> = new Set(),
  ): readonly string[] {
    const again: string[] = [];
    const open = new Set(
      this.#forge.pulls.flatMap(({ state, branch }) => (state === 'open' ? [branch] : [])),
    );
    // what Belay says of a branch with commits of theirs: delete it
    for (const branch of this.pushed) if (!open.has(branch)) this.#forge.setBranch(branch, undefined);
    for (const pull of this.#forge.pulls) {
      const name = pull.branch.split('/')[2] ?? '';
      if (pull.state !== 'open') continue;
      if (this.pushed.has(pull.branch) && this.#forge.commitAt(pull.head).author !== 'belay') {
        this.#close(name, pull);
        this.#forge.setBranch(pull.branch, undefined);
      } else if (pull.branch.startsWith('belay/rollback/') && waiting.has(name)) {
        if (!this.#forge.mergeByHand(pull.number)) again.push(name);
      } else if (pull.branch.startsWith('belay/order/')) {
        if (!this.#forge.mergeByHand(pull.number)) this.#close(name, pull);
      } else if (pull.branch.startsWith('belay/advance/') && this.#needsApproval(name) && !reviewed.has(name))
        this.#forge.mergeByHand(pull.number);
    }
    return again;
  }

  /** Who is asked to look at a history that was rewritten has looked, and says the line that Belay asks for. */
  resume(told: string): void {
    const [line] = /Belay-Resume: [0-9a-f]{40}/.exec(told) ?? [];
    if (line !== undefined)
      this.#forge.push({ 'looked.txt': `${this.#note()}\n` }, { message: `Resume\n\n${line}` });
  }

  /** Nobody wants them any more. */
  closeRollbacks(release: string): void {
    for (const pull of this.#forge.pulls)
      if (pull.state === 'open' && pull.branch.startsWith(`belay/rollback/${release}/`))
        this.#close(release, pull);
  }

  #needsApproval(name: string): boolean {
    return this.#releases.some(
      (release) => release.name === name && release.steps.some(({ approval }) => approval),
    );
  }

  #release(name: string): SimRelease {
    return this.#releases.find((release) => release.name === name)!;
  }

  #route(name: string, weights: Readonly<Record<string, number>>): string {
    return writeSplit(this.#release(name), weights);
  }

  #tree() {
    return this.#forge.commitAt(this.#forge.tip('main')!).tree;
  }

  #edit(path: string, message: string, change: (text: string) => string): boolean {
    const text = this.#forge.textAt(path);
    return text !== undefined && this.#push({ [path]: change(text) }, message);
  }

  /** False when it would change nothing. */
  #push(edits: Edits, message: string): boolean {
    const isChanged = Object.entries(edits).some(
      ([path, text]) => (this.#forge.textAt(path) ?? null) !== text,
    );
    if (isChanged) this.#forge.push(edits, { message: `By hand: ${message}` });
    return isChanged;
  }

  #note(): number {
    this.#notes += 1;
    return this.#notes;
  }
}

/** Percent that a release's candidate is asked to have, by the files on the default branch. */
export function exposureOn(forge: FakeForge, name: string): number {
  const path = manifestPath(name);
  return exposure(readManifest(path, forge.textAt(path)));
}
