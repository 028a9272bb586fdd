import { text } from '../../errors';
import type { CommandCatalogue } from '../cli/catalogue';

/** Every command, in the order of help. A command's file is read when it is called. */
export const COMMANDS: CommandCatalogue = {
  groups: {
    tools: text('the pinned tools that testbed works with', 'testbed가 사용하는 고정 버전 도구'),
    cluster: text('the embedded cluster of this machine', '이 컴퓨터의 내장 클러스터'),
    shared: text('what all testbeds of a cluster share', '클러스터의 모든 테스트베드가 함께 쓰는 구성'),
    policy: text('the rules and what they say', '규칙과 판정'),
  },
  entries: [
    { name: 'quickstart', load: async () => (await import('./quickstart.js')).quickstartCommand },
    { name: 'doctor', load: async () => (await import('./doctor.js')).doctorCommand },
    { name: 'init', load: async () => (await import('./init.js')).initCommand },
    { name: 'validate', load: async () => (await import('./validate.js')).validateCommand },
    { name: 'preview', load: async () => (await import('./preview.js')).previewCommand },
    { name: 'up', load: async () => (await import('./up.js')).upCommand },
    { name: 'list', load: async () => (await import('./list.js')).listCommand },
    { name: 'show', load: async () => (await import('./show.js')).showCommand },
    { name: 'connect', load: async () => (await import('./connect.js')).connectCommand },
    { name: 'drift', load: async () => (await import('./drift.js')).driftCommand },
    { name: 'down', load: async () => (await import('./down.js')).downCommand },
    { name: 'tools list', load: async () => (await import('./tools-list.js')).toolsListCommand },
    { name: 'tools install', load: async () => (await import('./tools-install.js')).toolsInstallCommand },
    { name: 'tools verify', load: async () => (await import('./tools-verify.js')).toolsVerifyCommand },
    { name: 'tools path', load: async () => (await import('./tools-path.js')).toolsPathCommand },
    { name: 'cluster up', load: async () => (await import('./cluster-up.js')).clusterUpCommand },
    { name: 'cluster down', load: async () => (await import('./cluster-down.js')).clusterDownCommand },
    { name: 'cluster status', load: async () => (await import('./cluster-status.js')).clusterStatusCommand },
    {
      name: 'cluster kubeconfig',
      load: async () => (await import('./cluster-kubeconfig.js')).clusterKubeconfigCommand,
    },
    { name: 'shared preview', load: async () => (await import('./shared-preview.js')).sharedPreviewCommand },
    { name: 'shared up', load: async () => (await import('./shared-up.js')).sharedUpCommand },
    { name: 'shared down', load: async () => (await import('./shared-down.js')).sharedDownCommand },
    { name: 'shared status', load: async () => (await import('./shared-status.js')).sharedStatusCommand },
    { name: 'policy list', load: async () => (await import('./policy-list.js')).policyListCommand },
    { name: 'policy show', load: async () => (await import('./policy-show.js')).policyShowCommand },
    { name: 'policy lint', load: async () => (await import('./policy-lint.js')).policyLintCommand },
    { name: 'policy test', load: async () => (await import('./policy-test.js')).policyTestCommand },
    { name: 'policy explain', load: async () => (await import('./policy-explain.js')).policyExplainCommand },
    { name: 'completion', load: async () => (await import('./completion.js')).completionCommand },
  ],
};
