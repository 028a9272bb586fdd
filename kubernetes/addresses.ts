import { text, type Text } from '../errors';
import type { ApiResource } from './types';

/** Why an address can't be made; the client turns it into its error. */
export class WrongAddress extends Error {
  override name = 'WrongAddress';
  readonly text: Text;

  constructor(words: Text) {
    super(words.en);
    this.text = words;
  }
}

/** `/api/v1`, `/apis/apps/v1` */
export function groupVersionPath(apiVersion: string): string {
  if (!/^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?v[a-z0-9]{1,62}$/.test(apiVersion))
    throw new WrongAddress(
      text(
        `the apiVersion ${JSON.stringify(apiVersion.slice(0, 100))} is not of the form v1 or group/v1`,
        `apiVersion ${JSON.stringify(apiVersion.slice(0, 100))}이(가) v1 또는 group/v1 형식이 아닙니다`,
      ),
    );
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** The path of all objects of a kind, in one namespace or in the whole cluster. */
export function collectionPath(resource: ApiResource, namespace: string | undefined): string {
  const base = groupVersionPath(resource.apiVersion);
  if (namespace === undefined) return `${base}/${resource.name}`;
  if (!resource.namespaced)
    throw new WrongAddress(
      text(
        `${resource.kind} lies in no namespace, but "${namespace.slice(0, 100)}" is given`,
        `${resource.kind}은(는) 네임스페이스에 속하지 않는데 "${namespace.slice(0, 100)}"이(가) 지정되었습니다`,
      ),
    );
  return `${base}/namespaces/${segment('namespace', namespace)}/${resource.name}`;
}

/** The path of one object. An empty name would be the path of all objects, so it is refused, as is all that could leave its segment. */
export function objectPath(resource: ApiResource, name: string, namespace: string | undefined): string {
  if (resource.namespaced && namespace === undefined)
    throw new WrongAddress(
      text(
        `${resource.kind} lies in a namespace, but none is given`,
        `${resource.kind}은(는) 네임스페이스에 속하지만 네임스페이스가 지정되지 않았습니다`,
      ),
    );
  return `${collectionPath(resource, namespace)}/${segment('name', name)}`;
}

function segment(what: 'name' | 'namespace', value: string): string {
  if (value === '' || value === '.' || value === '..' || /[/%]/.test(value) || value.length > 253)
    throw new WrongAddress(
      text(
        `${JSON.stringify(value.slice(0, 100))} cannot be the ${what} of an object`,
        `${JSON.stringify(value.slice(0, 100))}은(는) 객체의 ${what === 'name' ? '이름' : '네임스페이스'}이(가) 될 수 없습니다`,
      ),
    );
  return encodeURIComponent(value);
}

/** `?a=1&b=2`, leaving out what is undefined; empty when nothing is left. */
export function query(parameters: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const given = Object.entries(parameters).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${encodeURIComponent(value)}`],
  );
  return given.length === 0 ? '' : `?${given.join('&')}`;
}
