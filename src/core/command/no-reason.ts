/** Stands in the place of a reason that nobody gave: what goes back waits for no words. */
export const NO_REASON = 'no reason given';
