import type { FaultClass } from './class';

/** Those that tests cause whole, with the real CLI, the real API server, or a real full disk. */
export const TESTED: readonly FaultClass[] = [
  {
    id: 'F4',
    fault: 'another manager changed a field between read and write (409)',
    expected: 'the field is not taken back; manager and path are named',
    tests: [
      { file: 'engine/provider/ownership.test.ts', title: 'does not take a field back that somebody else changed' },
      { file: 'engine/provider/ownership.test.ts', title: 'never updates or ends another object that took the name' },
    ],
  },
  {
    id: 'F11',
    fault: 'the disk is full for record, state and work directory',
    expected: 'path and way out are named, nothing half-written stays; with room the re-run finishes',
    tests: [
      { file: 'operations/full-disk.test.ts', title: 'init, up and connect name the path and the way out' },
      { file: 'operations/full-disk.test.ts', title: 'that fills up while the engine works' },
    ],
  },
  {
    id: 'F12',
    fault: 'a torn state: cut off, empty, of something else',
    expected: 'named before anything is touched; a kept one is taken instead',
    tests: [
      { file: 'engine/published-state.test.ts', title: 'a published state' },
      {
        file: 'engine/published-state.test.ts',
        title: 'is the kept one where a full disk let only a part of the last be written',
      },
    ],
  },
  {
    id: 'F17',
    fault: 'something holds a namespace in Terminating: a foreign finalizer',
    expected: 'the wait ends within its bound and names what holds it',
    tests: [
      { file: 'engine/provider/readiness.test.ts', title: 'of an end that something holds up names what holds it' },
    ],
  },
];
