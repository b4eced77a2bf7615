import { parse } from 'yaml';
import { MANIFEST, readPullRequest, readRepository, SERVING, STORIES } from './stories.mjs';

/**
 * An operator that looks at no metrics: it walks the steps of the manifest by their holds and promotes. It measures how
 * fast a recording goes and shows what a rollout without checks does to users.
 */

const BACKENDS = ['fraud-scorer-a', 'fraud-scorer-b'];

/** @returns {Promise<import('./record.mjs').Operator>} */
export async function createOperator(story) {
  const pull = readPullRequest(story);
  const { spec } = parse(textOf(pull.files, MANIFEST));
  const candidate = spec.candidate.backend;
  const plan = spec.rollout.steps.map(({ weight, hold }) => ({ weight, minutes: minutesOf(hold) }));
  let serving = servingBefore(story);
  let mergedAt;
  return {
    name: 'the holds of the manifest, without looking at metrics',
    readServing: async () => serving,
    merge: async (now) => {
      serving = textOf(pull.files, SERVING);
      mergedAt = now.getTime();
    },
    tick: async (now) => {
      if (mergedAt === undefined) return { settled: true };
      let ends = mergedAt;
      const step = plan.find(({ minutes }) => {
        ends += minutes * 60_000;
        return now.getTime() < ends;
      });
      serving = setWeights(serving, candidate, step?.weight ?? 100);
      return { settled: step === undefined };
    },
  };
}

/** The serving file that a story finds: the repository's, or what the stories before it left, all traffic moved. */
function servingBefore(story) {
  const earlier = STORIES.slice(0, STORIES.indexOf(story));
  return earlier.reduce(
    (_, before) => {
      const { files } = readPullRequest(before);
      return setWeights(textOf(files, SERVING), parse(textOf(files, MANIFEST)).spec.candidate.backend, 100);
    },
    textOf(readRepository(), SERVING),
  );
}

function setWeights(text, candidate, weight) {
  return BACKENDS.reduce(
    (edited, name) =>
      edited.replace(
        new RegExp(`(name: ${name}\\b[^]*?weight: )\\d+`),
        (_, before) => `${before}${name === candidate ? weight : 100 - weight}`,
      ),
    text,
  );
}

function minutesOf(hold) {
  const [, hours = 0, minutes = 0] = /^(?:(\d+)h)?(?:(\d+)m)?$/.exec(hold);
  return 60 * Number(hours) + Number(minutes);
}

function textOf(files, path) {
  return files.find((file) => file.path === path).text;
}
