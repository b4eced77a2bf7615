import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ROLES_FOR } from '../../src/core/command/claims.ts';
import { FORMS } from '../../src/core/command/command.ts';
import { parseConfig } from '../../src/core/manifest/parse-config.ts';
import { ORDERS } from '../../src/core/record/order-schema.ts';
import { CONFIG } from '../builders/world.ts';

const PAGE = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8');

function part(name: string): string {
  const found = new RegExp(`<!-- ${name} -->\n([\\s\\S]*?)<!-- /${name} -->`).exec(PAGE);
  return found?.[1] ?? expect.fail(`the page has no part ${name}`);
}

describe('docs/recover.md', () => {
  it('says where belay is from before it is to be run at a terminal', () => {
    const page = readFileSync(new URL('../../docs/recover.md', import.meta.url), 'utf8');
    const whence = page.indexOf('belay() { node ~/belay/dist/index.js "$@"; }');
    expect(whence).toBeGreaterThan(0);
    expect(page.search(/`belay rollback|&& belay /)).toBeGreaterThan(whence);
  });

  it('names a release where it says what is printed for one', () => {
    const page = readFileSync(new URL('../../docs/recover.md', import.meta.url), 'utf8');
    expect(page).toContain('`belay runbook <release>` prints this for one release');
  });
});

describe('docs/commands.md', () => {
  it('shows the whole grammar, and who may order what', () => {
    const rows = [...part('commands').matchAll(/^\| `\/belay ([^`]+)` \| .* \| (.*) \|$/gm)];
    const shown = rows.map(([, usage, roles]) => [usage, roles]);
    const known = ORDERS.map((name) => [
      FORMS[name].usage,
      ROLES_FOR[name].map((role) => `\`${role}\``).join(' or '),
    ]);
    expect(shown.sort()).toEqual(known.sort());
  });

  it('shows roles that are read without a word', () => {
    const yaml = /```yaml\n([\s\S]*?)```/.exec(part('roles'))?.[1] ?? '';
    expect(parseConfig('.belay/config.yaml', CONFIG + yaml).problems).toEqual([]);
  });
});
