import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasPrometheus, startPrometheus } from './prometheus-server.ts';

const HISTORY = '# TYPE colour gauge\ncolour{name="red"} 7 1700000000\n# EOF\n';

describe.skipIf(!hasPrometheus())('startPrometheus', () => {
  it('serves the given history and is gone after stop', async () => {
    const server = await startPrometheus({ openMetrics: HISTORY });
    const asked = `${server.url}/api/v1/query?query=colour&time=1700000060`;
    try {
      const answer = await (await fetch(asked)).json();
      expect(answer).toMatchObject({
        data: { result: [{ metric: { name: 'red' }, value: [1700000060, '7'] }] },
      });
    } finally {
      await server.stop();
    }
    await expect(fetch(asked)).rejects.toThrow();
    await server.stop();
  });

  it('starts without data when the history has no samples', async () => {
    const server = await startPrometheus({ openMetrics: '# EOF\n' });
    const answer = await (await fetch(`${server.url}/api/v1/query?query=colour`)).json();
    await server.stop();
    expect(answer).toMatchObject({ status: 'success', data: { result: [] } });
  });

  it('says what promtool said when the history is not OpenMetrics', async () => {
    await expect(startPrometheus({ openMetrics: 'colour red\n' })).rejects.toThrow(
      /promtool refused the history: .+/,
    );
  });

  it('says what the server said when it does not come up', async () => {
    const start = startPrometheus({ openMetrics: '# EOF\n', flags: ['--no-such-flag'] });
    await expect(start).rejects.toThrow(/ended with code 1 before it was ready.*no-such-flag/s);
  });

  it('leaves neither process nor folder behind when its owner is killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'belay-owner-'));
    const script = `import { startPrometheus } from ${JSON.stringify(new URL('./prometheus-server.ts', import.meta.url).href)};
      startPrometheus({ openMetrics: '# EOF\\n' }).then((server) => console.log(server.url));`;
    const owner = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [url] = (await once(owner.stdout, 'data')) as [Buffer];
    const own = () => readdirSync(folder).filter((name) => name.startsWith('belay-prometheus-'));
    expect(own()).toHaveLength(1);
    owner.kill('SIGKILL');
    await once(owner, 'close');
    await expect.poll(own, { timeout: 10_000 }).toEqual([]);
    await expect(fetch(`${url.toString().trim()}/-/ready`)).rejects.toThrow();
    rmSync(folder, { recursive: true });
  });
});
