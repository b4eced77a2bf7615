import { describe, expect, it } from 'vitest';
import { RecordSchema } from '../../src/core/record/record-schema.ts';
import { CONFIG } from '../builders/world.ts';
import { only, openInFlight } from './bench.ts';

const START = '.belay/records/scorer/0002.json';

describe('another provider under way', () => {
  it('is said to void the promise, and the record of the start says what it was', async () => {
    const bench = await openInFlight(2);
    const record = RecordSchema.parse(JSON.parse(bench.forge.textAt(START)!));
    expect(record.guarantee?.providers).toEqual({ prod: { kind: 'openmetrics', file: 'metrics.om' } });
    const codes = async (at: number) => only(await bench.tick(at)).decision.reasons.map(({ code }) => code);
    expect(await codes(3)).not.toContain('GUARANTEE_VOID');
    bench.forge.push({ '.belay/config.yaml': CONFIG.replace('metrics.om', 'rosy.om') });
    expect(await codes(4)).toContain('GUARANTEE_VOID');
  });
});
