// Takes Alertmanager's webhook and asks Belay to look at the release that each firing alert names in its label "belay_release".
// It can send nothing else, whatever an alert says. Node 20 or newer, no packages; see README.md for the variables.
import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const { env } = process;
const api = env.GITHUB_API_URL ?? 'https://api.github.com';
const repository = needed('BELAY_REPOSITORY');
const source = needed('BELAY_SOURCE');
const key = needed('BELAY_DISPATCH_KEY');
const token = needed('GITHUB_TOKEN');
const caller = needed('BRIDGE_TOKEN');

function needed(name) {
  if (env[name]) return env[name];
  console.error(`${name} is not set`);
  process.exit(1);
}

/** The moment so many minutes from now, in whole seconds. */
const moment = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString().replace(/\.\d+/, '');

/** A payload, signed. The keys stand in alphabetical order: that is the text which is signed. */
function sign(release, reason) {
  const payload = {
    expiresAt: moment(5),
    id: randomUUID(),
    issuedAt: moment(0),
    reason: [...reason.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ')].slice(0, 190).join(''),
    release,
    repository,
    source,
  };
  const signature = createHmac('sha256', key).update(JSON.stringify(payload)).digest('hex');
  return { ...payload, signature };
}

async function send(release, reason) {
  const response = await fetch(`${api}/repos/${repository}/dispatches`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json' },
    body: JSON.stringify({ event_type: 'belay-rollback', client_payload: sign(release, reason) }),
  });
  console.log(`asked Belay to look at ${JSON.stringify(release)}: ${response.status}`);
  return response.ok;
}

/** The names of the firing alerts, by the release that they are about. */
function readAlerts(body) {
  const byRelease = new Map();
  for (const { status, labels } of JSON.parse(body).alerts) {
    if (status !== 'firing' || !labels.belay_release) continue;
    const names = byRelease.get(labels.belay_release) ?? new Set();
    byRelease.set(labels.belay_release, names.add(labels.alertname));
  }
  return byRelease;
}

const digest = (text) => createHash('sha256').update(text).digest();
const isCaller = (header = '') => timingSafeEqual(digest(header), digest(`Bearer ${caller}`));

async function answer(request) {
  if (request.method !== 'POST' || !isCaller(request.headers.authorization)) return 401;
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk;
    if (body.length > 1_000_000) return 413;
  }
  let alerts;
  try {
    alerts = readAlerts(body);
  } catch {
    return 400;
  }
  const asked = [...alerts].map(([release, names]) => send(release, `alert ${[...names].join(', ')}`));
  const sent = await Promise.all(asked.map((one) => one.catch(() => false)));
  // Alertmanager tries again after a 5xx
  return sent.every(Boolean) ? 200 : 502;
}

const server = createServer(async (request, response) => response.writeHead(await answer(request)).end());
server.listen(Number(env.PORT ?? 9099), () => console.log(`listening on ${server.address().port}`));
