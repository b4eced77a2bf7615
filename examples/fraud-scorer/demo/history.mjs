/**
 * A metrics history: scrapes of many servers at many moments, written as one OpenMetrics text with timestamps, which is
 * what Belay's `openmetrics` provider and `promtool tsdb create-blocks-from openmetrics` read.
 */

/** @returns an empty history */
export function createHistory() {
  /** By family name: its descriptor lines, and the sample lines of each of its metrics in the order of time. */
  const families = new Map();

  const familyOf = (name) => {
    if (!families.has(name)) families.set(name, { descriptors: new Map(), metrics: new Map() });
    return families.get(name);
  };

  return {
    /**
     * Adds one scrape.
     * @param {string} text OpenMetrics as the server gave it
     * @param {number} at milliseconds since 1970
     */
    add(text, at) {
      let family;
      for (const line of text.split('\n')) {
        if (line === '' || line === '# EOF') continue;
        const [, word, name] = /^# (TYPE|HELP|UNIT) (\S+)/.exec(line) ?? [];
        if (name) {
          family = familyOf(name);
          family.descriptors.set(word, line);
          continue;
        }
        // All lines of one metric point stand together: a histogram's buckets differ in `le` only.
        const labels = /\{(.*)\}/.exec(line)?.[1].replace(/,?le="[^"]*"/, '') ?? '';
        const lines = family.metrics.get(labels) ?? [];
        lines.push(`${line} ${at / 1000}`);
        family.metrics.set(labels, lines);
      }
    },
    /**
     * The history until now as OpenMetrics text.
     * @param {string[]} [preface] complete lines to begin with
     */
    render(preface = []) {
      const lines = [...families.values()].flatMap(({ descriptors, metrics }) => [
        ...descriptors.values(),
        ...[...metrics.values()].flat(),
      ]);
      return [...preface, ...lines, '# EOF', ''].join('\n');
    },
  };
}

/**
 * Lines that say where a recording comes from, as a metric. OpenMetrics has no comments (promtool refuses them), so the
 * words are the HELP text.
 * @param {{words: string, labels: Record<string, string>, at: number}} recording
 */
export function describeRecording({ words, labels, at }) {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeText(value)}"`);
  return [
    `# HELP recording ${escapeText(words)}`,
    '# TYPE recording info',
    `recording_info{${pairs.join(',')}} 1 ${at / 1000}`,
  ];
}

function escapeText(text) {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
