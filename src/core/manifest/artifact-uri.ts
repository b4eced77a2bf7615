/**
 * What can be told of an artifact from its URI alone: whether it names one content for ever, and what the file's ending says.
 */

/** Why a URI may lead to something else tomorrow. */
export interface Mutability {
  /** The part of the URI that can be moved; empty when a part that would pin it is missing. */
  readonly part: string;
  /** What that part is, e.g. `the alias`. */
  readonly what: string;
  /** What to write instead. */
  readonly advice: string;
}

/** Names that registries and people move from one content to the next. */
const MOVING = new Set([
  'latest',
  'newest',
  'current',
  'stable',
  'live',
  'champion',
  'challenger',
  'production',
  'prod',
  'staging',
  'archived',
  'main',
  'master',
  'head',
  'trunk',
  'dev',
  'develop',
  'edge',
  'nightly',
]);

/** Those that say by themselves that they are moved: no environment or branch is called so, which a folder may be named after. */
const MOVING_FOLDER = new Set(['latest', 'newest', 'current', 'champion', 'challenger']);

const COMMIT = /^[0-9a-f]{40}$/;

/** Whether a name is one that people move from one content to the next, like `latest`. */
export function isMovingName(name: string): boolean {
  return MOVING.has(name.toLowerCase());
}

/** The digest that a URI carries itself (`…@sha256:…`), or undefined. */
export function digestInUri(uri: string): string | undefined {
  return /@(sha256:[0-9a-f]{64})$/.exec(uri)?.[1];
}

/**
 * The part of a URI that can come to mean something else after review; undefined when there is none that is known. A URI without
 * any version part passes where its scheme has none (`s3://bucket/key`): there the digest beside it is all there is.
 * Sources: MLflow model URIs (models:/name/version, @alias, stages), Hugging Face revisions, OCI tags.
 */
export function findMutability(uri: string): Mutability | undefined {
  if (digestInUri(uri) !== undefined) return undefined;
  const [, scheme = '', rest = ''] = /^([^:]+):\/{0,2}(.*)$/.exec(uri) ?? [];
  switch (scheme) {
    case 'models':
      return inMlflow(rest);
    case 'hf':
    case 'huggingface':
      return inHub(rest);
    case 'oci':
    case 'docker':
      return inRegistry(rest);
    default:
      return scheme.startsWith('git') ? inGit(rest) : (onHubSite(rest) ?? atEnd(rest) ?? onTheWay(rest));
  }
}

/** `models:/name/12` is one content; an alias or a stage is not, nor is a name alone. `models:/m-…` names a logged model. */
function inMlflow(rest: string): Mutability | undefined {
  const advice = 'write the number of the version, like models:/name/12';
  const [name = '', version] = rest.split('/');
  const alias = /@(.*)$/.exec(rest)?.[1];
  if (alias !== undefined) return { part: alias, what: 'the alias', advice };
  if (version === undefined || version === '')
    return /^m-[0-9a-f]{32}$/.test(name) ? undefined : { part: '', what: 'the newest version', advice };
  return /^\d+$/.test(version) ? undefined : { part: version, what: 'the stage', advice };
}

/** `hf://org/name@<commit>`, or with a colon as KServe writes it. */
function inHub(rest: string): Mutability | undefined {
  const revision = /^[^/@:]+\/[^/@:]+[@:]([^/]*)/.exec(rest)?.[1];
  return pinnedByCommit(revision, 'write the full commit, like hf://org/name@<40 hex digits>');
}

function inGit(rest: string): Mutability | undefined {
  const revision = /(?:[#@]|[?&]ref=)([^/@#?&]+)(?:[?#&].*)?$/.exec(rest.replace(/^[^/]*@/, ''))?.[1];
  return pinnedByCommit(revision, 'write the full commit of 40 hex digits after @');
}

function pinnedByCommit(revision: string | undefined, advice: string): Mutability | undefined {
  if (revision !== undefined && COMMIT.test(revision)) return undefined;
  return { part: revision ?? '', what: revision ? 'the branch or tag' : 'the default branch', advice };
}

/** A tag is for people to read; one that is made to be moved misleads them. */
function inRegistry(rest: string): Mutability | undefined {
  const tag = /:([^/:]+)$/.exec(rest.replace(/^[^/]*/, ''))?.[1];
  if (tag === undefined || !isMovingName(tag)) return undefined;
  return { part: tag, what: 'the tag', advice: 'write @ and the digest in its place' };
}

/** `https://huggingface.co/org/name/resolve/<revision>/file`. */
function onHubSite(rest: string): Mutability | undefined {
  const revision = /^huggingface\.co\/[^/]+\/[^/]+\/(?:resolve|blob|raw)\/([^/]+)/.exec(rest)?.[1];
  return revision === undefined
    ? undefined
    : pinnedByCommit(revision, 'write the full commit of 40 hex digits in its place');
}

/** The last part of a path, or what follows @ or : in it. */
function atEnd(rest: string): Mutability | undefined {
  const last =
    rest
      .replace(/[?#].*$/, '')
      .replace(/\/+$/, '')
      .split('/')
      .slice(1)
      .at(-1) ?? '';
  const part = /[^@:]*$/.exec(last)?.[0] ?? '';
  if (!isMovingName(part)) return undefined;
  return { part, what: 'the name', advice: 'write a path that holds the version, like …/3.5.0' };
}

/** A folder on the way to the file, as in `s3://models/fraud/latest/model.onnx`. */
function onTheWay(rest: string): Mutability | undefined {
  const folders = rest
    .replace(/[?#].*$/, '')
    .split('/')
    .slice(1, -1);
  const part = folders.find((folder) => MOVING_FOLDER.has(folder.toLowerCase()));
  if (part === undefined) return undefined;
  return { part, what: 'the folder', advice: 'write a path that holds the version, like …/3.5.0' };
}

/** Formats whose loading runs code from the file. Source: the Python manual on pickle; torch.load. */
const UNSAFE_FORMATS = new Set([
  'pickle',
  'pkl',
  'cloudpickle',
  'joblib',
  'dill',
  'torch',
  'pytorch',
  'pt',
  'pth',
  'ckpt',
  'bin',
  'h5-lambda',
]);
const UNSAFE_ENDING = /\.(pickle|pkl|joblib|dill|pt|pth|ckpt|bin)(?:\.(?:gz|xz|bz2|zst|lz4|zip))?$/i;

/** Whether loading a file of this format runs code that is in it. */
export function isUnsafeFormat(format: string): boolean {
  return UNSAFE_FORMATS.has(format.toLowerCase());
}

/** The ending by which a file's loading runs code that is in it, e.g. `.pkl`. `.bin` may be anything: the format tells. */
export function unsafeEnding(uri: string, format: string | undefined): string | undefined {
  const path = uri.replace(/[?#].*$/, '').replace(/@sha256:[0-9a-f]*$/, '');
  const ending = UNSAFE_ENDING.exec(path)?.[1]?.toLowerCase();
  if (ending === undefined || (ending === 'bin' && format !== undefined && !isUnsafeFormat(format)))
    return undefined;
  return `.${ending}`;
}
