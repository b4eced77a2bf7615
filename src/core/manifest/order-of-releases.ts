/** What each release depends on, by its name. */
export type DependencyGraph = ReadonlyMap<string, readonly string[]>;

/** Something that keeps the order from being one. */
export type GraphProblem =
  /** `name` depends on something that is not in the graph. */
  | { readonly kind: 'unknown'; readonly name: string; readonly dependency: string }
  /** Each depends on the next, and the last on the first; one alone depends on itself. Begins with the smallest name. */
  | { readonly kind: 'cycle'; readonly names: readonly string[] };

/** Releases in the order in which they are rolled out; backwards for rollbacks. */
export interface ReleaseOrder {
  /** All names of the graph, once each: what others depend on comes before them, else by name. In a cycle somebody has to be first. */
  readonly order: readonly string[];
  readonly problems: readonly GraphProblem[];
}

/**
 * Orders releases by what they depend on. The same graph gives the same order, whatever the order of its entries.
 * Depth first over sorted names; a way back to a release that is still open is a cycle.
 */
export function orderOfReleases(graph: DependencyGraph): ReleaseOrder {
  const order: string[] = [];
  const problems: GraphProblem[] = [];
  const done = new Set<string>();
  const open: string[] = [];
  const visit = (name: string): void => {
    if (done.has(name)) return;
    const since = open.indexOf(name);
    if (since >= 0) {
      problems.push({ kind: 'cycle', names: fromSmallest(open.slice(since)) });
      return;
    }
    open.push(name);
    for (const dependency of [...new Set(graph.get(name))].sort())
      if (graph.has(dependency)) visit(dependency);
      else problems.push({ kind: 'unknown', name, dependency });
    open.pop();
    done.add(name);
    order.push(name);
  };
  for (const name of [...graph.keys()].sort()) visit(name);
  return { order, problems };
}

function fromSmallest(names: readonly string[]): readonly string[] {
  const smallest = [...names].sort()[0] ?? '';
  const at = names.indexOf(smallest);
  return [...names.slice(at), ...names.slice(0, at)];
}
