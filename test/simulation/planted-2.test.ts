import { describePlanted } from './describe-planted.ts';

describePlanted(2);
