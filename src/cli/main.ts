#!/usr/bin/env node
import { runAction } from '../actions/run-action.ts';
import { runCli } from './run-cli.ts';

// `belay plan | head`: who reads no further is no fault
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (fault: NodeJS.ErrnoException) => {
    if (fault.code !== 'EPIPE') throw fault;
  });

const context = { env: process.env, cwd: process.cwd(), stdout: process.stdout, stderr: process.stderr };
const [first, ...rest] = process.argv.slice(2);
process.exitCode =
  first === 'action' ? await runAction(rest, context) : await runCli(process.argv.slice(2), context);
