import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArtifactRegistry } from '../../../src/ports/registry.ts';
import { makeManifest, REPOSITORY } from './setup.ts';

/** A registry that was started for these tests. */
export interface RegistryBench {
  readonly registry: ArtifactRegistry;
  put(bytes: string): Promise<void>;
  close(): Promise<void>;
}

/** What holds of every registry, honest or not. */
export function describeRegistry(name: string, open: () => Promise<RegistryBench>): void {
  describe(`${name}: an artifact`, () => {
    let bench: RegistryBench;
    beforeAll(async () => {
      bench = await open();
    });
    afterAll(() => bench?.close());

    it('is present when the bytes under its digest have it', async () => {
      const { bytes, digest } = makeManifest('present');
      await bench.put(bytes);
      expect(await bench.registry.find({ repository: REPOSITORY, digest })).toEqual({ kind: 'present' });
    });

    it('is missing when the registry knows no such digest', async () => {
      await bench.put(makeManifest('another').bytes);
      const { digest } = makeManifest('never pushed');
      expect(await bench.registry.find({ repository: REPOSITORY, digest })).toMatchObject({
        kind: 'missing',
      });
    });

    it('is missing when the registry knows no such repository', async () => {
      const { bytes, digest } = makeManifest('elsewhere');
      await bench.put(bytes);
      expect(await bench.registry.find({ repository: 'models/other', digest })).toMatchObject({
        kind: 'missing',
      });
    });

    it('is found each time it is asked for, also by many at once', async () => {
      const all = ['a', 'b', 'c', 'd'].map(makeManifest);
      for (const { bytes } of all) await bench.put(bytes);
      const places = [...all, ...all].map(({ digest }) => ({ repository: REPOSITORY, digest }));
      const found = await Promise.all(places.map((place) => bench.registry.find(place)));
      expect(found.map(({ kind }) => kind)).toEqual(places.map(() => 'present'));
    });
  });
}
