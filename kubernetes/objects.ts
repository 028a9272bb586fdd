import { fieldsAt, isFields, stringAt } from './json';
import type { ClusterConnection, KubernetesObject, ObjectReference } from './types';

/** Whether a value of an answer has what every object has. */
export function isKubernetesObject(value: unknown): value is KubernetesObject {
  return (
    isFields(value) &&
    typeof value['apiVersion'] === 'string' &&
    typeof value['kind'] === 'string' &&
    typeof fieldsAt(value, 'metadata')['name'] === 'string'
  );
}

export function referenceOf({ apiVersion, kind, metadata }: KubernetesObject): ObjectReference {
  const { name, namespace } = metadata;
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** Every value of a Secret, as it is and as base64: what must not come back in an error. */
export function secretValues(object: unknown): readonly string[] {
  return ['data', 'stringData'].flatMap((field) =>
    Object.values(fieldsAt(object, field)).flatMap((value) => {
      const written = typeof value === 'string' ? value : JSON.stringify(value);
      if (field === 'data') return [written, Buffer.from(written, 'base64').toString('utf8')];
      return [written, Buffer.from(written, 'utf8').toString('base64')];
    }),
  );
}

/** Whom a credential makes us, as far as it can be read without the server: a certificate's subject, a token's subject. */
export function identityOf({ credential }: ClusterConnection, subjectOf: (pem: string) => string): string {
  if (credential.kind === 'certificate') return subjectOf(credential.certPem);
  const payload = credential.token.split('.')[1];
  if (payload === undefined) return 'a token';
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return stringAt(claims, 'sub') ?? 'a token';
  } catch {
    // An opaque token says nothing about its bearer.
    return 'a token';
  }
}
