import { stringify } from 'yaml';
import type { KubeconfigContext } from './kubeconfig-context';

/** The text of a kubeconfig with one context, for kubectl and other clients. Holds the credential: write it with mode 0600. */
export function writeKubeconfig({ connection, context, namespace }: KubeconfigContext): string {
  const { server, caPem, tlsServerName, credential } = connection;
  const base64 = (words: string): string => Buffer.from(words, 'utf8').toString('base64');
  const user =
    credential.kind === 'token'
      ? { token: credential.token }
      : { 'client-certificate-data': base64(credential.certPem), 'client-key-data': base64(credential.keyPem) };
  const cluster = {
    server,
    'certificate-authority-data': base64(caPem),
    ...(tlsServerName === undefined ? {} : { 'tls-server-name': tlsServerName }),
  };
  const chosen = { cluster: context, user: context, ...(namespace === undefined ? {} : { namespace }) };
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: context, cluster }],
      users: [{ name: context, user }],
      contexts: [{ name: context, context: chosen }],
      'current-context': context,
    },
    // Readers of YAML 1.1 take `on` or `1e3` for other things than strings.
    { lineWidth: 0, aliasDuplicateObjects: false, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' },
  );
}
