/**
 * The metrics of one server process and their text, in both formats that Prometheus reads. Written out here because the
 * service has no dependencies; a service of yours would use its language's client library.
 */

/** Upper bounds in seconds. A payment takes some 50 µs; what takes more than 10 ms was disturbed. */
const SECONDS_BOUNDS = [0.0001, 0.00025, 0.001, 0.0025, 0.01, 0.05];
const SCORE_BOUNDS = [0.01, 0.05, 0.2, 0.5];

/** Why a prediction can fail; each is counted from 0, so that "no failure yet" is a number and not a gap. */
export const REASONS = ['unknown_category', 'unknown_currency', 'internal'];

/** Media type of OpenMetrics text. */
export const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
/** Media type of the older Prometheus text format. */
export const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Counters and histograms of one model version.
 * @param {string} version value of the `version` label
 */
export function createMetrics(version) {
  let predictions = 0;
  const errors = new Map(REASONS.map((reason) => [reason, 0]));
  const seconds = createHistogram(SECONDS_BOUNDS);
  const scores = createHistogram(SCORE_BOUNDS);
  return {
    /** A prediction that was answered. */
    answered(score, duration) {
      predictions += 1;
      seconds.observe(duration);
      scores.observe(score);
    },
    /** A prediction that failed; `reason` is one of REASONS. */
    failed(reason, duration) {
      predictions += 1;
      errors.set(reason, errors.get(reason) + 1);
      seconds.observe(duration);
    },
    /** All of it as text. `openMetrics` names the format, and ends the text with `# EOF`. */
    render({ openMetrics }) {
      const label = `version="${version}"`;
      const counter = (name, help, lines) => {
        const family = openMetrics ? name : `${name}_total`;
        return [`# HELP ${family} ${help}`, `# TYPE ${family} counter`, ...lines];
      };
      const histogram = (name, help, { lines }) => [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} histogram`,
        ...lines(name, label),
      ];
      return [
        ...counter('predict', 'Predictions asked for.', [`predict_total{${label}} ${predictions}`]),
        ...counter(
          'predict_errors',
          'Predictions that failed.',
          [...errors].map(([reason, count]) => `predict_errors_total{${label},reason="${reason}"} ${count}`),
        ),
        ...histogram('predict_seconds', 'Time to answer, failures included.', seconds),
        ...histogram('prediction_score', 'Predicted probability of fraud.', scores),
        ...(openMetrics ? ['# EOF'] : []),
        '',
      ].join('\n');
    },
  };
}

/** Whether a request for metrics asks for OpenMetrics rather than the older text format. */
export function wantsOpenMetrics(accept) {
  return /\bapplication\/openmetrics-text\b/.test(accept ?? '');
}

function createHistogram(bounds) {
  const counts = new Array(bounds.length + 1).fill(0);
  let sum = 0;
  return {
    observe(value) {
      const index = bounds.findIndex((bound) => value <= bound);
      counts[index < 0 ? bounds.length : index] += 1;
      sum += value;
    },
    lines(name, label) {
      let count = 0;
      const buckets = counts.map((inBucket, index) => {
        count += inBucket;
        const bound = index < bounds.length ? decimal(bounds[index]) : '+Inf';
        return `${name}_bucket{${label},le="${bound}"} ${count}`;
      });
      return [
        ...buckets,
        `${name}_count{${label}} ${count}`,
        `${name}_sum{${label}} ${decimal(Number(sum.toPrecision(9)))}`,
      ];
    },
  };
}

// Never 1e-7: one spelling of a number everywhere, so that queries can name a bound.
function decimal(value) {
  const text = String(value);
  return text.includes('e') ? value.toFixed(12).replace(/0+$/, '') : text;
}
