/**
 * Loaded into a process by `node --require`: whatever it opens towards a network, and every program it starts, is written to the
 * file that BELAY_TRAP names, and refused.
 */
const { appendFileSync } = require('node:fs');
const childProcess = require('node:child_process');
const dgram = require('node:dgram');
const dns = require('node:dns');
const net = require('node:net');

function forbid(owner, name, what) {
  owner[name] = () => {
    appendFileSync(process.env.BELAY_TRAP, `${what}\n`);
    throw new Error(`trapped: ${what}`);
  };
}

forbid(net.Socket.prototype, 'connect', 'net.connect');
forbid(net.Server.prototype, 'listen', 'net.listen');
forbid(dgram.Socket.prototype, 'send', 'dgram.send');
forbid(dgram.Socket.prototype, 'bind', 'dgram.bind');
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6']) {
  forbid(dns, name, `dns.${name}`);
  forbid(dns.promises, name, `dns.${name}`);
}
/** Git may look at commits that are here, which runs nothing and asks nobody. */
const spawn = childProcess.spawn;
const LOOKS = ['rev-parse', 'merge-base', 'cat-file', 'log'];
for (const name of ['spawnSync', 'execFile', 'execFileSync', 'exec', 'execSync', 'fork'])
  forbid(childProcess, name, `child_process.${name}`);
childProcess.spawn = (program, args, options) => {
  if (program === 'git' && Array.isArray(args) && args.some((arg) => LOOKS.includes(arg)))
    return spawn(program, args, options);
  appendFileSync(process.env.BELAY_TRAP, `child_process.spawn ${program}\n`);
  throw new Error(`trapped: child_process.spawn ${program}`);
};
