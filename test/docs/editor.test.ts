import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { getLanguageService } from 'yaml-language-server/out/server/src/languageservice/yamlLanguageService.js';

/** What an editor makes of our schemas: the server behind the YAML extensions of VS Code, Neovim and others, as it is. */

const silent = () => undefined;

function openEditor(document: 'release' | 'config') {
  const path = new URL(`../../dist/schemas/${document}.schema.json`, import.meta.url);
  const schema = JSON.parse(readFileSync(path, 'utf8'));
  // the server keeps schemas by address, for all that are open; it asks for the parts of an editor; those that a test has none of do nothing
  const service = getLanguageService({
    schemaRequestService: async () => JSON.stringify(schema),
    workspaceContext: { resolveRelativePath: (relative: string) => relative },
    telemetry: { send: silent, sendError: silent, sendTrack: silent },
  } as unknown as Parameters<typeof getLanguageService>[0]);
  const schemas = [{ uri: `file:///${document}.json`, fileMatch: ['*.yaml'], schema }];
  service.configure({ hover: true, completion: true, validate: true, schemas, yamlVersion: '1.2' });
  let opened = 0;
  const open = (text: string) => {
    opened += 1;
    const at = text.indexOf('|');
    const file = TextDocument.create(`file:///${document}-${opened}.yaml`, 'yaml', 1, text.replace('|', ''));
    return { file, position: file.positionAt(at) };
  };
  return {
    /** What is offered where the bar stands. */
    async complete(text: string): Promise<readonly string[]> {
      const { file, position } = open(text);
      return (await service.doComplete(file, position, false)).items.map(({ label }) => label);
    },
    /** What is told about the word with the bar in it. */
    async hover(text: string): Promise<string> {
      const { file, position } = open(text);
      return JSON.stringify((await service.doHover(file, position))?.contents ?? '');
    },
  };
}

describe('an editor with the schema of a manifest', () => {
  const editor = openEditor('release');

  it('offers the keys that may stand in a place, and not those that are there', async () => {
    const offered = await editor.complete('spec:\n  rollout:\n    strategy: canary\n    |\n');
    expect(offered).toEqual(expect.arrayContaining(['weight', 'steps', 'deadline', 'paused']));
    expect(offered).not.toContain('strategy');
  });

  it('offers the kinds of checks, and the keys of the kind that was chosen', async () => {
    const kinds = await editor.complete('spec:\n  health:\n    checks:\n      - kind: |\n');
    expect(kinds).toEqual(expect.arrayContaining(['proportion', 'latency', 'threshold', 'drift']));
    const keys = await editor.complete(
      'spec:\n  health:\n    checks:\n      - name: a\n        kind: latency\n        |\n',
    );
    expect(keys).toEqual(expect.arrayContaining(['buckets', 'quantile']));
  });

  it('tells what a key is for', async () => {
    expect(await editor.hover('spec:\n  rollout:\n    we|ight: 5\n')).toContain('a new candidate carries 0');
    expect(await editor.hover('spec:\n  health:\n    no|DataDeadline: 1h\n')).toContain(
      'pause and tell a person',
    );
  });
});

describe('an editor with the schema of the config', () => {
  it('offers keys and tells what they are for', async () => {
    const editor = openEditor('config');
    const start = 'providers:\n  prod:\n    kind: prometheus\n    ';
    expect(await editor.complete(`${start}|\n`)).toEqual(expect.arrayContaining(['url', 'auth', 'timeout']));
    expect(await editor.hover(`${start}u|rl: https://prometheus.acme.dev\n`)).toContain('Base URL');
  });
});
