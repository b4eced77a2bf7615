/** Where progress for people goes (stderr, workflow log). Never a token, a header or a whole response. */
export interface Log {
  info(line: string): void;
  warn(line: string): void;
  /** Seen only with --debug. */
  debug(line: string): void;
}
