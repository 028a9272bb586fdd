#!/usr/bin/env node
// The `testbed` command: finds Node 24 (npm brings it as an optional dependency), builds the sources when they changed, runs.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { beginAnew, settings, withOneArena } = require('./one-arena.cjs');

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

/** As the CLI itself would say it; the languages of what is built cannot be loaded yet (errors/text.ts chooses alike). */
function fail(english, korean, remedy) {
  const { TESTBED_LANG, LC_ALL, LC_MESSAGES, LANG } = process.env;
  const isKorean = /^ko(?:$|[^a-z])/i.test(TESTBED_LANG ?? LC_ALL ?? LC_MESSAGES ?? LANG ?? '');
  process.stderr.write(isKorean ? `오류: ${korean}\n해결: ${remedy}\n` : `error: ${english}\nhint: ${remedy}\n`);
  process.exitCode = 1;
}

/** A checkout that cannot be written, or that is not installed, is no bug of ours and shows no stack. */
function builtFolder() {
  try {
    return require('./build.cjs').build(beginAnew);
  } catch (error) {
    const reason = error.message.split('\n')[0];
    const remedy = error.code === 'MODULE_NOT_FOUND' ? 'npm ci' : `df -h ${root}; ls -ld ${path.join(root, '.build')}`;
    fail(`cannot build testbed in ${root}: ${reason}`, `${root}에서 testbed를 빌드할 수 없습니다: ${reason}`, remedy);
    return undefined;
  }
}

/** Runs the same call under another Node; passes signals on and ends as the child ends. */
function runUnder(node) {
  const { spawn } = require('node:child_process');
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit', env: settings() });
  // A key press reaches the child from the terminal as well: it takes signals that arrive together for one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    fail(`cannot run ${node}: ${error.message}`, `${node}을(를) 실행할 수 없습니다: ${error.message}`, 'npm ci');
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (require('node:os').constants.signals[signal] ?? 0);
  });
}

if (Number(process.versions.node.split('.')[0]) < NEEDED_MAJOR) {
  const node = packagedNode();
  if (node === undefined) {
    const machine = `${process.platform}-${process.arch}`;
    fail(
      `testbed needs Node ${NEEDED_MAJOR}, this is ${process.version}, and no packaged one for ${machine} is installed; without --omit=optional npm brings it`,
      `testbed는 Node ${NEEDED_MAJOR}가 필요하나 현재 ${process.version}이고 ${machine}용 패키지가 설치되어 있지 않습니다. --omit=optional 없이 설치하면 npm이 함께 설치합니다`,
      'npm ci',
    );
  } else runUnder(node);
} else {
  // Help and the version are said at once.
  if (/^[^-]/.test(process.argv[2] ?? '')) withOneArena();
  require('node:module').enableCompileCache?.(path.join(root, '.build', 'compile-cache'));
  const built = builtFolder();
  if (built !== undefined) void require(path.join(built, 'scripts', 'testbed.js')).main();
}
