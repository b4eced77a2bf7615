/** What the two counts of a question are called: `30 wrong of 1,000 labelled`. */
export interface Terms {
  /** With a space before it, or nothing. */
  readonly events: string;
  readonly exposure: string;
}

const PLAIN: Terms = { events: '', exposure: '' };
const TERMS: Readonly<Record<string, Terms>> = {
  errors: { events: ' failed', exposure: '' },
  accuracy: { events: ' wrong', exposure: ' labelled' },
  agreement: { events: ' different', exposure: ' compared' },
  'data-quality': { events: ' broken', exposure: ' values' },
  business: { events: ' with an event', exposure: ' users' },
};

/** The words for a question; plain counts for one that has none of its own. */
export function termsOf(question: string | undefined): Terms {
  return (question !== undefined && Object.hasOwn(TERMS, question) && TERMS[question]) || PLAIN;
}
