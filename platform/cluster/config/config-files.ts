import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { authorityFile, kubeconfigFile, pairFile, type ClusterLayout } from '../layout';
import { readSmallFile, writePrivateFile } from '../private-files';
import { auditPolicy } from './audit-policy';
import { kwokStages } from './kwok-stages';
import { realNodeConfigs } from './real-node-configs';
import type { RealNodeFacts } from './real-node-facts';

/** Those who reach the API by a kubeconfig file: programs of others that read nothing else. */
const KUBECONFIG_USERS = ['kube-controller-manager', 'kube-scheduler', 'kwok'] as const;

export interface ConfigPaths {
  readonly encryption: string;
  readonly auditPolicy: string;
  readonly authentication: string;
  readonly kwok: string;
}

export function configPaths(layout: ClusterLayout): ConfigPaths {
  return {
    encryption: join(layout.config, 'encryption.json'),
    auditPolicy: join(layout.config, 'audit-policy.json'),
    authentication: join(layout.config, 'authentication.json'),
    kwok: join(layout.config, 'kwok.yaml'),
  };
}

/** Secrets and configuration are encrypted from the first write on, so there is no identity provider that would accept clear text. */
function encryption(): object {
  return {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'EncryptionConfiguration',
    resources: [
      {
        resources: ['secrets', 'configmaps'],
        // secretbox: a random 24-byte nonce each value, so that one key can stay for the cluster's life.
        providers: [{ secretbox: { keys: [{ name: 'key1', secret: randomBytes(32).toString('base64') }] } }],
      },
    ],
  };
}

function kubeconfig(layout: ClusterLayout, server: string, user: string): object {
  // The certificate is named, not copied: the program reads the renewed one by itself.
  const pair = pairFile(layout, user);
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'embedded', cluster: { server, 'certificate-authority': authorityFile(layout, 'cluster-ca') } }],
    users: [{ name: user, user: { 'client-certificate': pair, 'client-key': pair } }],
    contexts: [{ name: 'embedded', context: { cluster: 'embedded', user } }],
    'current-context': 'embedded',
  };
}

/**
 * Writes every configuration file that is missing or differs; with `node` also those of a real node, whose folders must be there. The
 * encryption key is made once and never replaced.
 */
export function ensureConfigFiles(layout: ClusterLayout, server: string, node?: RealNodeFacts): void {
  const paths = configPaths(layout);
  if (readSmallFile(paths.encryption) === undefined) writePrivateFile(paths.encryption, JSON.stringify(encryption()));
  const wanted: [string, string][] = [
    [paths.auditPolicy, JSON.stringify(auditPolicy(), undefined, 2)],
    [
      paths.authentication,
      JSON.stringify({
        apiVersion: 'apiserver.config.k8s.io/v1',
        kind: 'AuthenticationConfiguration',
        anonymous: { enabled: false },
      }),
    ],
    // JSON documents are YAML documents.
    [
      paths.kwok,
      kwokStages()
        .map((stage) => JSON.stringify(stage))
        .join('\n---\n'),
    ],
    ...KUBECONFIG_USERS.map((user): [string, string] => [
      kubeconfigFile(layout, user),
      JSON.stringify(kubeconfig(layout, server, user)),
    ]),
    ...Object.entries(node === undefined ? {} : realNodeConfigs(layout, node).files),
  ];
  for (const [path, content] of wanted) if (readSmallFile(path) !== content) writePrivateFile(path, content);
}
