import { expect, it } from 'vitest';
import { writeAbout } from '../../../../src/core/judge/words/forecast.ts';

it.each([
  [0, '5m'],
  [52, '50m'],
  [60, '1h'],
  [118, '2h'],
  [131, '2h'],
  [140, '2h30m'],
  [719, '12h'],
  [800, '13h'],
  [47 * 60 + 40, '2d'],
  [80 * 60, '3d'],
])('%d minutes are about %s', (minutes, text) => {
  expect(writeAbout(minutes)).toBe(text);
});
