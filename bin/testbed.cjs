#!/usr/bin/env node
// The `testbed` command: finds Node 24 (npm brings it as an optional dependency), builds the sources when they changed, runs.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const root = path.dirname(__dirname);
const NEEDED_MAJOR = 24;

function packagedNode() {
  const names = [`node-${process.platform}-${process.arch}`, `node-bin-${process.platform}-${process.arch}`];
  for (const name of names) {
    for (const folder of require.resolve.paths(name) ?? []) {
      const file = path.join(folder, name, 'bin', 'node');
      if (fs.existsSync(file)) return file;
    }
  }
  return undefined;
}

/** Runs the same call under another Node; passes signals on and ends as the child ends. */
function runUnder(node) {
  const { spawn } = require('node:child_process');
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  // A key press reaches the child from the terminal as well: it takes signals that arrive together for one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`testbed cannot run ${node}: ${error.message}; run npm ci again\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (require('node:os').constants.signals[signal] ?? 0);
  });
}

if (Number(process.versions.node.split('.')[0]) < NEEDED_MAJOR) {
  const node = packagedNode();
  if (node === undefined) {
    process.stderr.write(
      `testbed needs Node ${NEEDED_MAJOR}, this is ${process.version}, and npm has no packaged one for ${process.platform}-${process.arch}: install Node ${NEEDED_MAJOR} and call again\n`,
    );
    process.exitCode = 1;
  } else runUnder(node);
} else {
  require('node:module').enableCompileCache?.(path.join(root, '.build', 'compile-cache'));
  const built = require('./build.cjs').build();
  void require(path.join(built, 'scripts', 'testbed.js')).main();
}
