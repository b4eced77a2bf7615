import { holdMatrix } from './hold-matrix.ts';
import { ROLLBACK_STORIES } from './stories.ts';

holdMatrix(ROLLBACK_STORIES);
