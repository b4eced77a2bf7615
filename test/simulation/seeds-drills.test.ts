import { describeSeeds } from './describe-seeds.ts';

describeSeeds({ from: 1, count: 250, drills: true });
