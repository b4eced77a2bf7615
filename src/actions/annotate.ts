import { type Problem, worstFirst } from '../core/errors.ts';

/** GitHub shows ten errors and ten warnings of a step (50 of a job), and drops the rest without a word. */
const SHOWN = 10;

/** What puts messages on the lines of files. */
export interface Annotator {
  error(message: string, properties: AnnotationPlace): void;
  warning(message: string, properties: AnnotationPlace): void;
}

/** A line of a file of the repository; the title stands above the message. */
export interface AnnotationPlace {
  readonly title: string;
  readonly file: string;
  readonly startLine: number;
  readonly startColumn: number;
}

/** Puts problems on their lines, the worst first; where there are too many, the last place says how many more there are. */
export function annotate(annotator: Annotator, problems: readonly Problem[]): void {
  const sorted = worstFirst(problems);
  show(
    sorted.filter((problem) => problem.severity === 'error'),
    (message, place) => annotator.error(message, place),
  );
  show(
    sorted.filter((problem) => problem.severity === 'warning'),
    (message, place) => annotator.warning(message, place),
  );
}

function show(problems: readonly Problem[], write: (message: string, place: AnnotationPlace) => void): void {
  const fits = problems.length <= SHOWN;
  for (const problem of problems.slice(0, fits ? SHOWN : SHOWN - 1)) {
    const path = problem.path === '' ? '' : `${problem.path}: `;
    write(`${path}${problem.message}`, placeOf(problem));
  }
  const next = problems[SHOWN - 1];
  if (!fits && next)
    write(
      `${problems.length - SHOWN + 1} more problems are not shown here; the log of this step lists all of them`,
      placeOf(next),
    );
}

function placeOf({ at, code }: Problem): AnnotationPlace {
  return { title: code, file: at.file, startLine: at.line, startColumn: at.column };
}
