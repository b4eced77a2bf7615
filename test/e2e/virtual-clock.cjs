/**
 * Loaded into a process by `node --require`: its clock begins at the moment that BELAY_BEGINS names, in milliseconds since 1970, and goes on
 * from there.
 */
const begins = Number(process.env.BELAY_BEGINS);
const RealDate = Date;
const ahead = begins - RealDate.now();

globalThis.Date = class extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + ahead);
    else super(...parts);
  }
  static now() {
    return RealDate.now() + ahead;
  }
};
