/**
 * Cuts the operations that the lab imitates out of GitHub's published OpenAPI description.
 * Usage: npx tsx test/lab/schema/make-slice.ts <folder of the package @octokit/openapi>
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const OPERATIONS: ReadonlySet<string> = new Set([
  'actions/create-workflow-dispatch',
  'actions/list-jobs-for-workflow-run',
  'actions/list-repo-workflows',
  'actions/list-workflow-runs',
  'actions/list-workflow-runs-for-repo',
  'checks/create',
  'checks/get',
  'checks/list-for-ref',
  'checks/update',
  'git/create-blob',
  'git/create-commit',
  'git/create-ref',
  'git/create-tree',
  'git/delete-ref',
  'git/get-blob',
  'git/get-commit',
  'git/get-ref',
  'git/get-tree',
  'git/list-matching-refs',
  'git/update-ref',
  'issues/add-labels',
  'issues/create-comment',
  'issues/create-label',
  'issues/delete-comment',
  'issues/get-comment',
  'issues/get-label',
  'issues/list-comments',
  'issues/list-labels-for-repo',
  'issues/list-labels-on-issue',
  'issues/update-comment',
  'pulls/create',
  'pulls/get',
  'pulls/list',
  'pulls/list-files',
  'pulls/list-reviews',
  'pulls/merge',
  'pulls/update',
  'rate-limit/get',
  'reactions/create-for-issue-comment',
  'repos/compare-commits-with-basehead',
  'repos/create-commit-status',
  'repos/create-dispatch-event',
  'repos/create-or-update-file-contents',
  'repos/get',
  'repos/get-collaborator-permission-level',
  'repos/get-combined-status-for-ref',
  'repos/get-commit',
  'repos/get-content',
  'repos/list-commits',
  'teams/get-membership-for-user-in-org',
]);

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Keywords that describe and do not constrain. */
const PROSE = new Set(['description', 'example', 'examples', 'externalDocs', 'summary', 'tags', 'title', 'default']);

/** Takes prose out of a schema; `names` says that the keys are names of the user's, not keywords. */
function strip(value: Json, names: boolean): Json {
  if (Array.isArray(value)) return value.map((item) => strip(item, false));
  if (!isObject(value)) return value;
  const kept: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    if (!names && (PROSE.has(key) || key.startsWith('x-'))) continue;
    if (!names && (key === 'enum' || key === 'required')) kept[key] = item;
    else kept[key] = strip(item, !names && (key === 'properties' || key === 'patternProperties'));
  }
  return kept;
}

/** Only JSON bodies, and of parameters what is checked. */
function slimOperation(operation: JsonObject, shared: readonly Json[]): JsonObject {
  const json = (holder: Json | undefined): Json | undefined => {
    const content = isObject(holder) ? holder['content'] : undefined;
    const media = isObject(content) ? content['application/json'] : undefined;
    return isObject(media) ? media['schema'] : undefined;
  };
  const responses: JsonObject = {};
  for (const [status, response] of Object.entries(operation['responses'] as JsonObject)) {
    const resolved = resolve(response);
    const schema = json(resolved);
    responses[status] = schema === undefined ? {} : { schema };
  }
  const parameters = [...shared, ...((operation['parameters'] as Json[] | undefined) ?? [])].map((one) => {
    const { name, in: where, required, schema } = resolve(one) as JsonObject;
    return { name: name ?? '', in: where ?? '', required: required ?? false, schema: schema ?? {} };
  });
  const body = resolve(operation['requestBody'] ?? {});
  const requestSchema = json(body);
  return {
    operationId: operation['operationId'] ?? '',
    parameters,
    ...(requestSchema === undefined
      ? {}
      : { request: { required: (body as JsonObject)['required'] ?? false, schema: requestSchema } }),
    responses,
  };
}

const folder = process.argv[2];
if (folder === undefined) throw new Error('give the folder of the package @octokit/openapi');
const source = JSON.parse(readFileSync(join(folder, 'generated/api.github.com.json'), 'utf8')) as JsonObject;
const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };

function resolve(value: Json): Json {
  if (!isObject(value) || typeof value['$ref'] !== 'string') return value;
  let at: Json | undefined = source;
  for (const part of value['$ref'].split('/').slice(1)) at = isObject(at) ? at[part] : undefined;
  return resolve(at ?? null);
}

const schemas: JsonObject = {};

/** Adds every schema that a value refers to, and those that they refer to. */
function collect(value: Json): void {
  if (Array.isArray(value)) return value.forEach(collect);
  if (!isObject(value)) return;
  const ref = value['$ref'];
  if (typeof ref === 'string') {
    const name = ref.replace('#/components/schemas/', '');
    if (name in schemas) return;
    const schema = strip(resolve(value), false);
    schemas[name] = schema;
    collect(schema);
    return;
  }
  Object.values(value).forEach(collect);
}

const paths: JsonObject = {};
const found = new Set<string>();
for (const [path, item] of Object.entries(source['paths'] as JsonObject)) {
  const { parameters, ...methods } = item as JsonObject;
  for (const [method, operation] of Object.entries(methods)) {
    const id = isObject(operation) ? operation['operationId'] : undefined;
    if (typeof id !== 'string' || !OPERATIONS.has(id)) continue;
    found.add(id);
    const slim = strip(slimOperation(operation as JsonObject, (parameters as Json[] | undefined) ?? []), false);
    collect(slim);
    paths[path] = { ...(paths[path] as JsonObject | undefined), [method]: slim };
  }
}
for (const id of OPERATIONS) if (!found.has(id)) throw new Error(`the description has no operation ${id}`);

const sorted = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
const slice = { source: `@octokit/openapi ${version}, generated/api.github.com.json`, paths, components: { schemas: sorted } };
const target = new URL('github-rest.json', import.meta.url);
writeFileSync(target, `${JSON.stringify(slice)}\n`);
process.stdout.write(`${found.size} operations, ${Object.keys(sorted).length} schemas\n`);
