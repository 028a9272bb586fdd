// Runs a built entry of this package: `node bin/run.cjs scripts/generate-main --check`. For npm scripts, which have Node 24 on PATH.
'use strict';
const path = require('node:path');

const [, , entry, ...rest] = process.argv;
const built = path.join(require('./build.cjs').build(), `${entry}.js`);
process.argv.splice(1, process.argv.length, built, ...rest);
require(built);
