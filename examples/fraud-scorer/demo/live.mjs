import { follow, startCluster } from './cluster.mjs';
import { createLoad } from './load.mjs';
import { startPrometheus } from './prometheus.mjs';

/**
 * Everything that a live run needs besides Belay: the cluster that follows the serving file in Git, card terminals that
 * send payments through its gateway, a Prometheus that scrapes its servers. Time is real; only the hour of the day that
 * payments come from is the caller's.
 */

/**
 * @param {object} options
 * @param {() => Promise<string>} options.readServing the serving file on the default branch; see fileOnBranch
 * @param {() => number} options.hour hour of the day that payments come from, 0 to 23; may change with time
 * @param {() => number} options.perSecond payments per second; may change with time
 * @param {number} [options.followMs] how often Git is looked at
 * @param {string} [options.prometheus] the program
 * @param {(error: Error) => void} [options.onError] Git or a server could not be read; it is tried again
 */
export async function startLive({ readServing, hour, perSecond, followMs = 500, prometheus, onError }) {
  const opened = [];
  const close = async () => {
    for (const end of opened.splice(0).reverse()) await end();
  };
  try {
    const cluster = await startCluster();
    opened.push(cluster.close);
    const metrics = await startPrometheus(prometheus === undefined ? {} : { program: prometheus });
    opened.push(metrics.close);
    const apply = async (text) => {
      await cluster.apply(text);
      await metrics.setTargets(cluster.targets());
    };
    await apply(await readServing());
    opened.push(follow({ apply }, { readServing, everyMs: followMs, ...(onError ? { onError } : {}) }));
    const load = createLoad({ url: cluster.url });
    opened.push(async () => load.close());
    const running = load.run({ perSecond, hour });
    opened.push(running.stop);
    return {
      /** Base URL of Prometheus. */
      prometheusUrl: metrics.url,
      /** Base URL of the gateway. */
      gatewayUrl: cluster.url,
      /** Payments until now. */
      count: running.count,
      targets: cluster.targets,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
