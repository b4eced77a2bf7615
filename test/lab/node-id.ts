/** Prefixes of the global ids of the objects that the lab has. */
export type NodeKind =
  | 'R'
  | 'PR'
  | 'REF'
  | 'LA'
  | 'IC'
  | 'C'
  | 'U'
  | 'CR'
  | 'CS'
  | 'T'
  | 'B'
  | 'PRR'
  | 'REA'
  | 'CE';

/** A global id: opaque to clients, and different for different things. */
export function nodeId(kind: NodeKind, ...parts: readonly (string | number)[]): string {
  return `${kind}_${Buffer.from(parts.join('\0')).toString('base64url')}`;
}

/** The parts of a global id of that kind; undefined when it is another kind's or garbage. */
export function parseNodeId(kind: NodeKind, id: string): readonly string[] | undefined {
  if (!id.startsWith(`${kind}_`)) return undefined;
  return Buffer.from(id.slice(kind.length + 1), 'base64url')
    .toString('utf8')
    .split('\0');
}
