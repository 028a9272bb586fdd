// Makes a process look like an older Node to the entry, for machines that have none: `node -r older-node.cjs bin/testbed.cjs`.
// It stands in for the version alone; that the entry's own syntax runs on an older Node is proved only where one is on PATH.
'use strict';
Object.defineProperty(process.versions, 'node', { value: '20.0.0' });
Object.defineProperty(process, 'version', { value: 'v20.0.0' });
