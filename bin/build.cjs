// Turns the TypeScript sources into CommonJS files once per state of the sources. No install script may run (.npmrc), so the
// first call after a change builds (under a second, the rules included); every later call only compares sizes and times (a few milliseconds).
// Plain JavaScript for any Node >= 20, because it runs before anything is built.
'use strict';
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const root = path.dirname(__dirname);
const FOLDERS = [
  'package',
  'errors',
  'host',
  'x509',
  'spec',
  'components',
  'stacks',
  'kubernetes',
  'policies',
  'engine',
  'platform',
  'operations',
  'scripts',
  'bench',
];
const KEPT_BUILDS = 3;

function sources() {
  const found = [];
  const walk = (folder) => {
    for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const relative = `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(relative);
      else if (entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts')) found.push(relative);
      // Rules are built into one file: they count as sources.
      else if (folder.startsWith('policies/') && entry.name.endsWith('.yaml')) found.push(relative);
    }
  };
  for (const folder of FOLDERS) if (fs.existsSync(path.join(root, folder))) walk(folder);
  return found.sort((a, b) => (a < b ? -1 : 1));
}

/** The folder with the built files of the present sources; builds it when it is not there, and says so to `onBuilt`: the builder leaves 90 MiB in the process. */
function build(onBuilt = () => undefined) {
  const files = sources();
  const hash = createHash('sha256');
  for (const file of files) {
    const { size, mtimeMs } = fs.statSync(path.join(root, file));
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  const store = path.join(root, '.build');
  const target = path.join(store, hash.digest('hex').slice(0, 16));
  if (fs.existsSync(target)) return target;

  const half = `${target}.${process.pid}.half`;
  try {
    fs.mkdirSync(half, { recursive: true });
    require('esbuild').buildSync({
      entryPoints: files.filter((file) => file.endsWith('.ts')).map((file) => path.join(root, file)),
      outbase: root,
      outdir: half,
      format: 'cjs',
      platform: 'node',
      target: 'node24',
      // import() of our own files becomes a deferred require: no second module loader at start, extensionless paths.
      supported: { 'dynamic-import': false },
      sourcemap: 'linked',
      logLevel: 'error',
    });
    require(path.join(half, 'policies', 'catalogue', 'compile.js')).compileCatalogue();
  } catch (cause) {
    // Such as a full disk: what is half-built would only take more of it.
    fs.rmSync(half, { recursive: true, force: true });
    throw cause;
  }
  try {
    fs.renameSync(half, target);
  } catch (cause) {
    fs.rmSync(half, { recursive: true, force: true });
    // Another call finished the same build first: its result is ours.
    if (!fs.existsSync(target)) throw cause;
  }
  prune(store, target);
  onBuilt();
  return target;
}

/** Keeps the newest builds: a long-lived process may still run from an older one. */
function prune(store, target) {
  const builds = fs
    .readdirSync(store)
    .map((name) => path.join(store, name))
    .filter((folder) => folder !== target && /^[0-9a-f]{16}$/.test(path.basename(folder)))
    .map((folder) => ({ folder, at: fs.statSync(folder).mtimeMs }))
    .sort((a, b) => b.at - a.at);
  for (const { folder } of builds.slice(KEPT_BUILDS - 1)) fs.rmSync(folder, { recursive: true, force: true });
}

module.exports = { build };
