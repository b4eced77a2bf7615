import type { Position, Problem } from '../../errors.ts';
import { scanJson } from '../../json/scan-json.ts';
import { LineIndex } from '../../yaml/line-index.ts';
import { readYaml } from '../../yaml/read-yaml.ts';

/** A place that somebody asks for. */
export interface Asked {
  readonly path: readonly PropertyKey[];
  /** Of the last step, or of the nearest that is there. */
  readonly what: 'key' | 'value';
}

/** A document as plain data. */
export interface DocumentText {
  readonly value: unknown;
  /** Where values stand; all at once, for a text of measurements is long. */
  readonly positionsOf: (asked: readonly Asked[]) => readonly Position[];
}

/** A text as a document, or why it is none. */
export type DocumentReading =
  | { readonly kind: 'read'; readonly document: DocumentText }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] };

/**
 * Reads a document in JSON, of any size, or in YAML, which is for small ones by hand: its strict reader keeps places of all values and
 * refuses what is larger than a manifest. What ends in .yaml or .yml is YAML, and so is what does not begin as a JSON document.
 */
export function readDocumentText(file: string, text: string): DocumentReading {
  try {
    return { kind: 'read', document: { value: JSON.parse(bare(text)), positionsOf: jsonPlaces(file, text) } };
  } catch {
    return /\.ya?ml$/i.test(file) || !/^\s*[[{]/.test(bare(text))
      ? readAsYaml(file, text)
      : whyNoJson(file, text);
  }
}

function bare(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

function jsonPlaces(file: string, text: string): DocumentText['positionsOf'] {
  return (asked) => {
    const lines = new LineIndex(file, text);
    const scan = scanJson(
      text,
      asked.map(({ path }) => path),
    );
    // what is nested too deep is placed at the beginning: JSON.parse reads on, and so it is sound
    const places = scan.kind === 'sound' ? scan.places : [];
    return asked.map(({ path, what }, index) => {
      const { key, value, depth } = places[index] ?? { key: undefined, value: 0, depth: 0 };
      return lines.positionAt(what === 'value' && depth === path.length ? value : (key ?? value));
    });
  };
}

function whyNoJson(file: string, text: string): DocumentReading {
  const scan = scanJson(text, []);
  const { offset, why } = scan.kind === 'broken' ? scan : { offset: 0, why: 'not JSON; correct it' };
  return refuse(new LineIndex(file, text).positionAt(offset), why);
}

function refuse(at: Position, message: string): DocumentReading {
  return { kind: 'refused', problems: [{ code: 'JSON_INVALID', severity: 'error', at, path: '', message }] };
}

function readAsYaml(file: string, text: string): DocumentReading {
  const reading = readYaml(file, text);
  if (reading.kind === 'bad')
    return {
      kind: 'refused',
      problems: reading.problems.map((problem) =>
        /limit \d|more than [\d,]+ values/.test(problem.message)
          ? { ...problem, message: `${problem.message}; JSON may be as large as you need` }
          : problem,
      ),
    };
  const source = reading.value;
  return {
    kind: 'read',
    document: {
      value: source.value,
      positionsOf: (asked) =>
        asked.map(({ path, what }) =>
          source.positionOf(
            path.map((step) => (typeof step === 'number' ? step : String(step))),
            what,
          ),
        ),
    },
  };
}
