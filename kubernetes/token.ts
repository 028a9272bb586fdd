import { text } from '../errors';
import { fieldsAt, stringAt } from './json';
import type { JsonObject, KubernetesClient } from './types';
import { unreadable } from './unreachable';

export interface TokenRequest {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** At least 600; the server may give less than asked. */
  readonly expirationSeconds: number;
  /** The token ends when this object ends. */
  readonly boundTo?: { readonly kind: 'Secret'; readonly name: string; readonly uid: string };
  /** Default: the API server's own. */
  readonly audiences?: readonly string[];
  readonly signal?: AbortSignal;
}

export interface IssuedToken {
  readonly token: string;
  /** RFC 3339. */
  readonly expires: string;
}

/** Asks for a short-lived token of a service account (TokenRequest). Throws KubernetesRefused, such as when the account does not exist. */
export async function requestToken(client: KubernetesClient, request: TokenRequest): Promise<IssuedToken> {
  const { namespace, serviceAccount, expirationSeconds, boundTo, audiences, signal } = request;
  const spec: JsonObject = {
    expirationSeconds,
    audiences: [...(audiences ?? [])],
    ...(boundTo === undefined ? {} : { boundObjectRef: { apiVersion: 'v1', ...boundTo } }),
  };
  const { body } = await client.raw(
    'POST',
    `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts/${encodeURIComponent(serviceAccount)}/token`,
    {
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec },
      // A token that nobody received is nobody's.
      isRepeatable: true,
      ...(signal === undefined ? {} : { signal }),
    },
  );
  const status = fieldsAt(body, 'status');
  const token = stringAt(status, 'token');
  const expires = stringAt(status, 'expirationTimestamp');
  if (token !== undefined && token !== '' && expires !== undefined) return { token, expires };
  throw unreadable(
    client.connection.server,
    'AnswerUnreadable',
    text('its answer to a token request holds no token', '토큰 요청의 응답에 토큰이 없습니다'),
  );
}
