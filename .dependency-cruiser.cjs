// The layers of the design, enforced: who may import whom.
'use strict';
const LAYERS = {
  package: [],
  errors: [],
  host: ['errors'],
  // Certificates and their encoding: the cluster's own and those of testbeds' databases.
  x509: [],
  // What a size holds is data of the components; a spec must say at once where it asks for more.
  spec: ['errors', 'package', 'components/vocabulary', 'components/sizes', 'components/quantity'],
  // A forwarded port lets in this user's processes only.
  kubernetes: ['errors', 'package', 'components/vocabulary', 'host/guarded-port'],
  // The pack serves the rules to a foreign CLI: on a port that lets in this user's processes only.
  policies: ['errors', 'package', 'components/vocabulary', 'spec', 'kubernetes/types', 'host/guarded-port'],
  components: ['errors', 'package', 'x509'],
  stacks: ['errors', 'package', 'components', 'spec', 'policies'],
  engine: ['errors', 'package', 'host', 'components/vocabulary', 'kubernetes'],
  platform: ['errors', 'package', 'host', 'x509', 'components/vocabulary', 'components/quantity', 'kubernetes'],
  operations: [
    'errors',
    'package',
    'host',
    'components/vocabulary',
    // Commands as data: who runs them needs nothing of Pulumi.
    'components/database/maintenance',
    // What a size is promised is data too.
    'components/sizes',
    'components/quota',
    'components/version',
    'spec',
    'stacks',
    'policies',
    'kubernetes',
    'engine',
    'platform',
  ],
  scripts: ['errors', 'package', 'components/vocabulary', 'operations'],
};
const OURS = Object.keys(LAYERS).join('|');
const layerRules = Object.entries(LAYERS).map(([layer, allowed]) => ({
  name: `layer-${layer}`,
  severity: 'error',
  comment: `${layer} may import: ${allowed.join(', ') || 'nothing of ours'}`,
  from: { path: `^${layer}/` },
  to: { path: `^(${OURS})/`, pathNot: `^(${[layer, ...allowed].join('|')})([/.]|$)` },
}));
const only = (name, paths, from, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: `^(${OURS})/`, pathNot: from },
  to: { path: paths },
});
/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    { name: 'no-cycles', severity: 'error', comment: 'no cycles', from: {}, to: { circular: true } },
    {
      name: 'tests-are-leaves',
      severity: 'error',
      comment: 'nothing imports test',
      from: { path: `^(${OURS})/` },
      to: { path: '^test/' },
    },
    {
      name: 'vocabulary-and-sizes-are-leaves',
      severity: 'error',
      comment: 'the vocabulary, the sizes and their quantities import nothing: the spec loads without Pulumi',
      from: { path: '^components/(vocabulary|sizes|quantity)\\.' },
      to: { path: '.' },
    },
    only('yargs-in-one-place', 'node_modules/yargs', '^scripts/cli/', 'one adapter for yargs'),
    only(
      'automation-in-engine',
      '@pulumi/pulumi/(automation|proto)',
      '^(engine|policies/pack)/',
      'the Automation API and the stubs live in the engine; the pack is a plugin of the CLI and speaks its protocol',
    ),
    only(
      'zod-at-the-borders',
      'node_modules/zod',
      '^(host|spec|policies|kubernetes|platform|engine|operations|scripts)/',
      'parse at the border, trust inside: components and stacks get parsed values',
    ),
    only(
      'http-in-one-place',
      'node_modules/undici',
      '^(kubernetes|platform/toolchain|platform/images/registry)',
      'the API client, the downloader and the push to a registry speak HTTP',
    ),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^\\.build/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};
