import { LABELS, type Grade } from '../../components/vocabulary';
import { SecretText, UNKNOWN, type Judged, type JudgedObject } from '../evaluation/types';
import type { Item, Judgee } from './types';

const UNNAMED = '(unnamed)';

/** A member of an object, own ones only; undefined for null, as the API server drops it. */
export function member(value: Judged | undefined, key: string): Judged | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof SecretText)
    return undefined;
  const found: Judged | undefined = Object.entries(value).find(([name]) => name === key)?.[1];
  return found ?? undefined;
}

function words(value: Judged | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Namespace of a Kubernetes object: its name; UNKNOWN when only the cluster will tell; undefined for what has none. */
export function namespaceOf(object: JudgedObject): string | typeof UNKNOWN | undefined {
  const namespace = member(member(object, 'metadata'), 'namespace');
  return namespace === UNKNOWN ? UNKNOWN : words(namespace);
}

/** Group and kind, as rules are indexed: `apps/Deployment`, `/Pod`; undefined for what is no Kubernetes object. */
export function kindKey(object: JudgedObject): string | undefined {
  const kind = words(member(object, 'kind'));
  const apiVersion = words(member(object, 'apiVersion'));
  if (kind === undefined || apiVersion === undefined) return undefined;
  const slash = apiVersion.indexOf('/');
  return `${slash < 0 ? '' : apiVersion.slice(0, slash)}/${kind}`;
}

export function nameOf(object: JudgedObject): string | undefined {
  const metadata = member(object, 'metadata');
  const prefix = words(member(metadata, 'generateName'));
  return words(member(metadata, 'name')) ?? (prefix === undefined ? undefined : `${prefix}*`);
}

/** How an item is named in a report. */
export function judgeeOf(item: Item): Judgee {
  const kind = words(member(item.object, 'kind')) ?? item.token ?? 'object';
  const namespace = namespaceOf(item.object);
  return {
    kind,
    ...(typeof namespace === 'string' ? { namespace } : {}),
    name: (kind === item.token ? undefined : nameOf(item.object)) ?? item.name ?? UNNAMED,
    ...(item.urn === undefined ? {} : { urn: item.urn }),
  };
}

/** The grade that an object's own label gives it. */
export function gradeLabel(object: JudgedObject): Grade | undefined {
  const label = member(member(member(object, 'metadata'), 'labels'), LABELS.grade);
  return label === 'open' || label === 'sensitive' ? label : undefined;
}
