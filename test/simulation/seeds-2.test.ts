import { describeSeeds } from './describe-seeds.ts';

describeSeeds({ from: 1001, count: 1000 });
