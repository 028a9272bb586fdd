import { stringify } from 'yaml';
import { expect } from 'vitest';
import { isTestbedError, type TestbedError } from '../../../errors';
import { kubeconfigContext, type KubeconfigOptions } from '../../../kubernetes/kubeconfig-context';

export const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n';
export const KEY = '-----BEGIN EC PRIVATE KEY-----\nMA==\n-----END EC PRIVATE KEY-----\n';
export const base64 = (words: string): string => Buffer.from(words).toString('base64');

export const CLUSTER = { server: 'https://127.0.0.1:6443', 'certificate-authority-data': base64(CERTIFICATE) };
export const USER = { token: 'canary-token' };

export function config(user: object = USER, cluster: object = CLUSTER, context: object = {}): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', ...context } }],
    'current-context': 'x',
  });
}

export function read(text: string, options: KubeconfigOptions = {}) {
  return kubeconfigContext({ file: 'test.yaml', text }, options);
}

export function refusal(text: string, options: KubeconfigOptions = {}): TestbedError {
  const error = outcomeOf(text, options);
  if (!isTestbedError(error, 'KubeconfigRefused')) throw new Error('it was expected to be refused', { cause: error });
  expect(JSON.stringify([error.text, error.details, error.hint, String(error.cause)])).not.toContain('canary');
  return error;
}

/** The context, or what was thrown instead. */
export function outcomeOf(text: string, options: KubeconfigOptions = {}): unknown {
  try {
    return read(text, options);
  } catch (error) {
    return error;
  }
}

export const lines = (error: TestbedError): string[] => error.details.map(({ en }) => en.replace(/:.*/, ''));
