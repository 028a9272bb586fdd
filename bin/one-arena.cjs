// glibc gives each thread of a process a store of memory of its own, and keeps there what V8's helpers needed once: with one store for all of them
// an operation needs 25 to 30 MiB less, and no more processor time (docs/adr/0002-engine.md). It reads that setting when a program starts, and never again.
// Plain JavaScript for any Node >= 20, because it runs before anything is built.
'use strict';

/** The setting for children of this process; what the user says of it himself stands. */
const settings = () => ({ MALLOC_ARENA_MAX: '1', ...process.env });

/** Begins this program anew in the same process, with the setting: 25 ms. Does nothing where it runs with it already, or where that cannot be done. */
function withOneArena() {
  if (process.env.MALLOC_ARENA_MAX === undefined) beginAnew();
}

/** The same process begins anew and holds nothing of before. Comes back where the system has no such call. */
function beginAnew() {
  if (process.platform !== 'linux' || process.execve === undefined) return;
  process.execve(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)], settings());
}

module.exports = { beginAnew, settings, withOneArena };
