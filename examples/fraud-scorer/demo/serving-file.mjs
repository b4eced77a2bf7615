import { posix } from 'node:path';
import { parseAllDocuments } from 'yaml';

/**
 * Reads serving/fraud-scorer.yaml the way a cluster would: who gets how much traffic, and which model runs behind each
 * name.
 */

/**
 * @typedef {{name: string, weight: number, replicas: number, model: string, digest: string}} Workload
 * `model` is the file name of the model, `digest` what the server must find in it.
 */

/**
 * The backends of an HTTPRoute, in its order, each with its Deployment.
 * @param {string} text the serving file
 * @param {string} route name of the HTTPRoute
 * @returns {Workload[]}
 */
export function readServing(text, route) {
  const resources = parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS();
  });
  const find = (kind, name) => {
    const found = resources.find((resource) => resource?.kind === kind && resource.metadata.name === name);
    if (!found) throw new Error(`serving file: no ${kind} "${name}"`);
    return found;
  };
  const references = find('HTTPRoute', route).spec.rules.flatMap((rule) => rule.backendRefs ?? []);
  return references.map(({ name, weight = 1 }) => ({
    name,
    weight,
    ...readDeployment(find('Deployment', name)),
  }));
}

function readDeployment({ metadata, spec }) {
  const [container] = spec.template.spec.containers;
  const argument = (key) => {
    const found = container.args.find((text) => text.startsWith(`--${key}=`));
    if (!found) throw new Error(`serving file: Deployment "${metadata.name}" has no argument --${key}=`);
    return found.slice(key.length + 3);
  };
  return { replicas: spec.replicas, model: posix.basename(argument('model')), digest: argument('digest') };
}
