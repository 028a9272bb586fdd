// Runs a built entry of this package: `node bin/run.cjs scripts/generate-main --check`. For npm scripts, which have Node 24 on PATH.
'use strict';
const path = require('node:path');

const [, , entry, ...rest] = process.argv;
const folder = require('./build.cjs').build();
const built = path.join(folder, `${entry}.js`);
// As the worker does, and before anything is loaded that lets the heap grow: what measures a worker must not hold more than one.
require(path.join(folder, 'package', 'young-generation.js')).boundYoungGeneration();
process.argv.splice(1, process.argv.length, built, ...rest);
require(built);
