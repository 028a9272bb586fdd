#!/usr/bin/env node
// The `testbed` command: finds Node 24 (npm brings it as an optional dependency), builds the sources when they changed, runs.
'use strict';
const { spawnSync } = require('node:child_process');
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

if (Number(process.versions.node.split('.')[0]) < NEEDED_MAJOR) {
  const node = packagedNode();
  if (node === undefined) {
    process.stderr.write(
      `testbed needs Node ${NEEDED_MAJOR}, this is ${process.version}, and npm has no packaged one for ${process.platform}-${process.arch}: install Node ${NEEDED_MAJOR} and call again\n`,
    );
    process.exitCode = 1;
  } else {
    // The child shares the terminal, so it gets Ctrl-C itself; this process only waits for its answer.
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
    const done = spawnSync(node, process.argv.slice(1), { stdio: 'inherit' });
    if (done.error) throw done.error;
    process.exitCode = done.status ?? 130;
  }
} else {
  require('node:module').enableCompileCache?.(path.join(root, '.build', 'compile-cache'));
  const built = require('./build.cjs').build();
  require(path.join(built, 'scripts', 'testbed.js')).main();
}
