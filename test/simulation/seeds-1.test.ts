import { describeSeeds } from './describe-seeds.ts';

describeSeeds({ from: 1, count: 1000 });
