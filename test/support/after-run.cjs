// Sees to what a test run left in its folder when it was ended from outside: `node after-run.cjs <pid of the run> <folder>`. Ends by itself when the run has ended its folder.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: pause } = require('node:timers/promises');

const [, , run, folder] = process.argv;
const LOOK_MS = 1000;
/** A cluster's folder lies at most so deep: `<folder>/<site>/clusters/embedded`. */
const DEPTH = 4;

/** Its start tells the process from a later one of the same number. */
function startOf(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')')).split(' ')[20];
  } catch {
    // No such process, or no /proc: then the number alone has to do.
    return isThere(pid) ? 'there' : undefined;
  }
}

function isThere(pid) {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
}

function* clustersIn(place, depth) {
  for (const entry of fs.readdirSync(place, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const inner = path.join(place, entry.name);
    if (fs.existsSync(path.join(inner, 'cluster.json')) || fs.existsSync(path.join(inner, 'instance'))) yield inner;
    else if (depth > 1) yield* clustersIn(inner, depth - 1);
  }
}

async function main() {
  const started = startOf(run);
  while (fs.existsSync(folder) && started !== undefined && startOf(run) === started) await pause(LOOK_MS);
  if (!fs.existsSync(folder)) return;
  const { openEmbeddedCluster } = require(
    path.join(require('../../bin/build.cjs').build(), 'platform', 'cluster', 'index.js'),
  );
  for (const directory of clustersIn(folder, DEPTH)) await openEmbeddedCluster({ directory }).down({ destroy: true });
  const mounts = fs.existsSync('/proc/self/mountinfo') ? fs.readFileSync('/proc/self/mountinfo', 'utf8') : '';
  // Through a mount that is left, the machine's own files would go.
  if (!mounts.includes(` ${folder}/`)) fs.rmSync(folder, { recursive: true, force: true });
}

main().catch((error) => {
  fs.writeFileSync(`${folder}.after-run-failed`, `${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
