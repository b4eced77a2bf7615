import { holdMatrix } from './hold-matrix.ts';
import { STEP_STORIES } from './stories.ts';

holdMatrix(STEP_STORIES);
