import { Composer, CST, type Document, Lexer, Parser, type YAMLError } from 'yaml';
import { ToolError } from '../errors.ts';
import { isUnclosed, syntaxMessage } from './syntax-message.ts';
import { quote } from './yaml-path.ts';

/** Something wrong at an offset of the text. */
export interface Finding {
  readonly code: string;
  readonly offset: number;
  readonly message: string;
}

/** The text's one document, or nothing when it is not sound YAML within the limits; then there is a finding. */
export interface Syntax {
  readonly document: Document.Parsed | undefined;
  readonly findings: readonly Finding[];
}

/** Collections within collections. */
export const DEPTH_LIMIT = 20;
/** Maps, lists and scalars; keys do not count. */
export const NODE_LIMIT = 1_000;

/** Nobody reads more at once; and errors are dear, each comes with a stack trace. */
const FINDING_LIMIT = 100;
/** A value takes at most four lexemes that carry structure: `?`, its key, `:` and its own. */
const LEXEME_LIMIT = 4 * (NODE_LIMIT + 1);
const COMPOSER_OPTIONS = {
  version: '1.2',
  schema: 'core',
  stringKeys: true,
  merge: false,
  resolveKnownTags: false,
  // The library compares every key with every other; to-plain.ts finds duplicates in one pass.
  uniqueKeys: false,
} as const;

/**
 * Parses with the lexer held on a leash: the stream ends at the first lexeme that nests too deep or is one too many, so
 * that time is linear in the text whatever is in it. What YAML offers and a reviewer cannot see through is found here
 * by its lexeme, which has an exact place: directives, tags, anchors, aliases, a second document.
 */
export function parseGuarded(text: string): Syntax {
  const admission = new Admission();
  const documents = [...new Composer(COMPOSER_OPTIONS).compose(admission.tokens(text), true, text.length)];
  const document = documents[0];
  const { findings, isComplete } = admission;
  if (!isComplete || !document) return { document: undefined, findings };
  const errors = [...document.errors, ...document.warnings];
  if (errors.length === 0) return { document, findings };
  return { document: undefined, findings: [...findings, ...syntaxFindings(text, errors, findings)] };
}

/** The document of a text that `parseGuarded` has found sound. @throws ToolError BUG for another */
export function parseSound(text: string): Document.Parsed {
  const document = new Composer(COMPOSER_OPTIONS).compose(new Parser().parse(text), true, text.length).next();
  if (document.done) throw new ToolError({ code: 'BUG', message: 'a sound document was expected' });
  return document.value;
}

/** Lets tokens through to the composer and keeps what it finds on the way. */
class Admission {
  readonly findings: Finding[] = [];
  /** false when a limit ended the stream. */
  isComplete = true;
  readonly #parser = new Parser();
  #structure = 0;
  #documents = 0;
  #errors = 0;

  *tokens(text: string): Generator<CST.Token> {
    let isScalarText = false;
    for (const lexeme of new Lexer().lex(text)) {
      const offset = this.#parser.offset;
      if (!isScalarText) this.#inspect(lexeme, offset);
      isScalarText = !isScalarText && lexeme === CST.SCALAR;
      for (const token of this.#parser.next(lexeme)) if (this.#admits(token)) yield token;
      if (!this.#isWithinLimits(offset)) return;
    }
    for (const token of this.#parser.end()) if (this.#admits(token)) yield token;
  }

  /** Told by its first character, as CST.tokenType does, which compares every lexeme with a score of others. */
  #inspect(lexeme: string, offset: number): void {
    switch (lexeme.charAt(0)) {
      case '&':
      case '*':
        this.#refuse(
          `anchors and aliases are not allowed, got ${quote(lexeme)}; ${lexeme.startsWith('&') ? 'delete it, and write the value out where it is used' : 'write the value out'}`,
          offset,
        );
        return;
      case '!':
        this.#refuse(`tags are not allowed, got ${quote(lexeme)}; write the plain value`, offset);
        return;
      case CST.SCALAR:
      case "'":
      case '"':
      case '{':
      case '[':
        this.#structure++;
        return;
      case '-':
      case '?':
      case ':':
        // three hyphens begin a document
        if (lexeme.length === 1) this.#structure++;
        return;
      default:
    }
  }

  #admits(token: CST.Token): boolean {
    switch (token.type) {
      case 'directive':
        this.#refuse('YAML directives are not allowed; delete the line', token.offset);
        return false;
      case 'document':
        this.#documents++;
        if (this.#documents === 2)
          this.#refuse(
            'a second document begins here; one file holds one document: move what follows into a file of its own',
            token.offset,
          );
        return this.#documents === 1;
      case 'error':
        this.#errors++;
        return this.#errors <= FINDING_LIMIT;
      default:
        return true;
    }
  }

  #isWithinLimits(offset: number): boolean {
    const { stack } = this.#parser;
    if (stack.length > DEPTH_LIMIT + 1 && stack.filter(CST.isCollection).length > DEPTH_LIMIT)
      return this.#stop(`nesting deeper than ${DEPTH_LIMIT} levels; write it flatter`, offset);
    if (this.#structure > LEXEME_LIMIT)
      return this.#stop(`more than ${NODE_LIMIT} values; shorten it, a file describes one thing`, offset);
    if (this.findings.length > FINDING_LIMIT) this.isComplete = false;
    return this.isComplete;
  }

  #stop(message: string, offset: number): boolean {
    this.#refuse(message, offset);
    this.isComplete = false;
    return false;
  }

  #refuse(message: string, offset: number): void {
    this.findings.push({ code: 'SEC-06', offset, message });
  }
}

/** Complaints that a refused tag, anchor, alias or directive drags along. */
const CONSEQUENCES: ReadonlySet<YAMLError['code']> = new Set([
  'ALIAS_PROPS',
  'BAD_ALIAS',
  'BAD_COLLECTION_TYPE',
  'BAD_DIRECTIVE',
  'BAD_PROP_ORDER',
  'MULTIPLE_ANCHORS',
  'MULTIPLE_TAGS',
  'TAG_RESOLVE_FAILED',
]);

/**
 * What the parser complained about, its warnings included: the first on each line, for one mistake brings others; and
 * nothing after a bracket or quote that is not closed, and after a tab only tabs: what follows is read wrongly.
 */
function syntaxFindings(
  text: string,
  errors: readonly YAMLError[],
  refused: readonly Finding[],
): readonly Finding[] {
  const findings: Finding[] = [];
  let lineEnd = -1;
  let hasTab = false;
  for (const error of [...errors].sort((a, b) => a.pos[0] - b.pos[0])) {
    const offset = placeOf(text, error);
    const isConsequence =
      (refused.length > 0 && CONSEQUENCES.has(error.code)) || (hasTab && error.code !== 'TAB_AS_INDENT');
    if (isConsequence || offset <= lineEnd) continue;
    hasTab ||= error.code === 'TAB_AS_INDENT';
    const feed = text.indexOf('\n', offset);
    lineEnd = feed < 0 ? text.length : feed;
    findings.push({ code: 'YAML_INVALID', offset, message: syntaxMessage(error, text.charAt(offset)) });
    if (isUnclosed(error)) break;
  }
  return findings;
}

/** Where an error is; for a misplaced line its first letter, not its first column. */
function placeOf(text: string, { code, pos }: YAMLError): number {
  let offset = Math.min(pos[0], text.length);
  while (code === 'BAD_INDENT' && text[offset] === ' ') offset++;
  return offset;
}
