/** Loaded into a process by `node --require`: whatever would reach for a network fails. Programs may be started, and get the same. */
const dgram = require('node:dgram');
const dns = require('node:dns');
const net = require('node:net');

function forbid(owner, name, what) {
  owner[name] = () => {
    throw new Error(`no network here: ${what}`);
  };
}

forbid(net.Socket.prototype, 'connect', 'net.connect');
forbid(dgram.Socket.prototype, 'send', 'dgram.send');
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6']) {
  forbid(dns, name, `dns.${name}`);
  forbid(dns.promises, name, `dns.${name}`);
}
