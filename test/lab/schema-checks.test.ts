import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from './ask.ts';
import { type Lab, startLab } from './lab.ts';
import { OpenApi } from './rest/openapi.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
  await lab.createRepository({ name: 'models', files: { a: 'a' } });
});
afterAll(() => lab.close());

async function rest(
  method: string,
  path: string,
  body?: unknown,
): Promise<readonly [number, readonly string[]]> {
  const response = await fetch(`${lab.apiUrl}${path}`, {
    method,
    headers: { authorization: `bearer ${lab.tokens.app}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const violations = lab.takeViolations();
  const text = await response.text();
  for (const violation of violations) expect(text).toContain(JSON.stringify(violation).slice(1, -1));
  return [response.status, violations];
}

describe('a REST request that GitHub does not describe', () => {
  const pulls = '/repos/acme/models/pulls';

  it.each<[string, string, string, unknown, string]>([
    ['lacks a property', 'POST', pulls, { title: 't', head: 'x' }, "must have required property 'base'"],
    ['has a wrong type', 'POST', pulls, { title: 1, head: 'x', base: 'main' }, '/title must be string'],
    [
      'has an unknown property',
      'POST',
      pulls,
      { title: 't', head: 'x', base: 'main', auto: 1 },
      'no property "auto"',
    ],
    [
      'has a wrong enum value',
      'PUT',
      `${pulls}/1/merge`,
      { merge_method: 'ff' },
      '/merge_method must be equal to one of',
    ],
    ['has an unknown parameter', 'GET', `${pulls}?states=all`, undefined, 'no query parameter "states"'],
    ['has a wrong parameter', 'GET', `${pulls}?state=merged`, undefined, '/value must be equal to one of'],
    ['has a body where none belongs', 'DELETE', '/repos/acme/models/git/refs/heads/x', {}, 'has a body'],
  ])('because it %s is answered with 500 and kept', async (_why, method, path, body, words) => {
    const [status, violations] = await rest(method, path, body);
    expect([status, violations]).toEqual([500, [expect.stringContaining(words)]]);
  });

  it('because there is no such path names it', async () => {
    expect(await rest('GET', '/repos/acme/models/pull/1')).toEqual([
      500,
      ['rest request: the lab has no GET /repos/acme/models/pull/1'],
    ]);
  });

  it('because it has too many keys in a dispatch is kept too', async () => {
    const client_payload = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`k${index}`, 1]));
    const [status, violations] = await rest('POST', '/repos/acme/models/dispatches', {
      event_type: 'alert',
      client_payload,
    });
    expect([status, violations]).toEqual([500, [expect.stringContaining('/client_payload')]]);
  });

  it('but only broken JSON is GitHub’s own 400', async () => {
    const response = await fetch(`${lab.apiUrl}${pulls}`, {
      method: 'POST',
      headers: { authorization: `bearer ${lab.tokens.app}` },
      body: '{',
    });
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { message: 'Problems parsing JSON' },
    ]);
    expect(lab.takeViolations()).toEqual([]);
  });
});

describe('a REST answer that GitHub does not describe', () => {
  const api = new OpenApi();
  const entry = (id: string): OpenApi['entries'][number] => api.entries.find((one) => one.id === id)!;

  it('is found out, property by property', () => {
    const body = {
      ref: 'refs/heads/x',
      node_id: 'N',
      url: 'http://127.0.0.1/x',
      object: { type: 'commit', sha: 1 },
    };
    expect(api.checkAnswer(entry('git/get-ref'), 200, body)).toEqual([
      "rest answer git/get-ref 200: /object must have required property 'url'",
      'rest answer git/get-ref 200: /object/sha must be string',
    ]);
  });

  it('is found out when its status is not described, while refusals may be any', () => {
    expect(api.checkAnswer(entry('pulls/merge'), 202, {})).toEqual([
      'rest answer pulls/merge: status 202 is not described',
    ]);
    expect(api.checkAnswer(entry('checks/create'), 422, { message: 'x' })).toEqual([]);
    expect(api.checkAnswer(entry('git/delete-ref'), 204, {})).toEqual([
      'rest answer git/delete-ref: 204 has a body',
    ]);
  });

  it('may be null only where GitHub says so', () => {
    const label = { id: 1, node_id: 'N', url: 'http://127.0.0.1/x', name: 'n', color: 'f', default: false };
    expect(api.checkAnswer(entry('issues/get-label'), 200, { ...label, description: null })).toEqual([]);
    expect(
      api.checkAnswer(entry('issues/get-label'), 200, { ...label, description: null, color: null }),
    ).toEqual(['rest answer issues/get-label 200: /color must be string']);
  });
});

describe('an answer of the lab itself that the schema does not allow', () => {
  it('is answered with 500 in its place, by REST and GraphQL', async () => {
    await lab.createRepository({ name: 'no good', files: { a: 'a' } });
    const [status, violations] = await rest('GET', '/repos/acme/no%20good');
    expect([status, violations]).toEqual([
      500,
      expect.arrayContaining(['rest answer repos/get 200: /html_url must match format "uri"']),
    ]);
    const query = '{ repository(owner:"acme", name:"no good") { url } }';
    expect((await ask(lab, { token: lab.tokens.app, query })).status).toBe(500);
    expect(lab.takeViolations()).toEqual([
      expect.stringMatching(/^graphql answer at repository\.url: ".*no good" is not a URI$/),
    ]);
  });
});

describe('a GraphQL request that the schema does not allow', () => {
  it.each([
    ['an unknown field', '{ viewer { loggin } }', 'Cannot query field "loggin" on type "User"'],
    ['an unknown argument', '{ repository(owner:"a", name:"b", nam:"c") { id } }', 'Unknown argument "nam"'],
    [
      'a missing input field',
      'mutation { createRef(input:{name:"x"}) { clientMutationId } }',
      'was not provided',
    ],
    [
      'an unknown enum value',
      'mutation { mergePullRequest(input:{pullRequestId:"x", mergeMethod:FF}) { clientMutationId } }',
      'does not exist in "PullRequestMergeMethod"',
    ],
    [
      'a scalar of another form',
      'mutation { createRef(input:{repositoryId:"R", name:"x", oid:"abc"}) { clientMutationId } }',
      'is not a GitObjectID',
    ],
    ['broken syntax', '{ viewer { login }', 'Syntax Error'],
    ['a field the lab has not got', '{ topic(name:"x") { name } }', 'the lab has no Query.topic'],
  ])('because of %s is answered with 500 and kept', async (_what, query, words) => {
    const { status, body } = await ask(lab, { token: lab.tokens.app, query });
    const violations = lab.takeViolations();
    expect([status, violations[0]]).toEqual([500, expect.stringContaining(words)]);
    expect(body.message).toContain(words);
  });

  it('because of a variable is kept too', async () => {
    const { status } = await ask(lab, {
      token: lab.tokens.app,
      query: 'mutation($i:CreateRefInput!){ createRef(input:$i){ clientMutationId } }',
      variables: { i: { repositoryId: 'R', name: 'refs/heads/x', oid: 'f'.repeat(40), force: true } },
    });
    expect([status, lab.takeViolations()]).toEqual([
      500,
      [expect.stringContaining('Field "force" is not defined by type "CreateRefInput"')],
    ]);
  });
});
