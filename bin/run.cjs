// Runs a built entry of this package: `node bin/run.cjs scripts/generate-main --check`. For npm scripts, which have Node 24 on PATH.
'use strict';
const path = require('node:path');

// What measures a worker must be as the worker is.
const { beginAnew, withOneArena } = require('./one-arena.cjs');
withOneArena();
const [, , entry, ...rest] = process.argv;
const folder = require('./build.cjs').build(beginAnew);
const built = path.join(folder, `${entry}.js`);
// Before anything is loaded that lets the heap grow.
require(path.join(folder, 'package', 'heap-bounds.js')).boundHeap();
process.argv.splice(1, process.argv.length, built, ...rest);
require(built);
