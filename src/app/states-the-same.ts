/** What a later run may say otherwise of the same change; everything else in a record is what the change is. */
const OF_THE_MOMENT: ReadonlySet<string> = new Set(['at', 'base', 'tool', 'trigger', 'evidence', 'recovery']);

/** Whether two records, as texts, are of the same change, written at two moments. */
export function statesTheSame(left: string, right: string): boolean {
  const essence = (text: string): string => {
    const { decision, ...rest } = JSON.parse(text) as Record<string, unknown> & { readonly decision: object };
    const entries = Object.entries({ ...rest, decision: { ...decision, reasons: undefined } });
    return JSON.stringify(
      entries.filter(([key]) => !OF_THE_MOMENT.has(key)).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  };
  return essence(left) === essence(right);
}
