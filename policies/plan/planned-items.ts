import { SecretText, UNKNOWN, type Judged, type JudgedObject } from '../evaluation/types';
import { member } from '../judge/names';
import type { Item } from '../judge/types';
import type { Planned } from './planned';
import { registrationItem } from './registration-item';
import { decodeProperties } from './wire';

/** `kubernetes:apps/v1:Deployment`, `kubernetes:core/v1:PodList`, `kubernetes:apps/v1:DeploymentPatch`. */
const KUBERNETES = /^kubernetes:([A-Za-z0-9.-]+)\/([A-Za-z0-9]+):(([A-Za-z0-9]+?)(Patch|List)?)$/;

/**
 * The objects that a resource stands for, one or each of a list, and last the resource as its program wrote it. A patch is judged as if it were the whole object, which it may become.
 * What the vendor's SDK leaves out (apiVersion and kind of a read resource) comes from the type.
 */
export function itemsOf(planned: Planned): readonly Item[] {
  const { urn, type, name } = planned;
  const properties = decodeProperties(planned.properties);
  const place = { token: type, urn, name };
  const asWritten = registrationItem(planned, properties);
  const [, group, version, named, kind, form] = KUBERNETES.exec(type) ?? [];
  if (group === undefined || version === undefined || named === undefined || kind === undefined)
    return [{ ...place, object: properties }, asWritten];
  const apiVersion = group === 'core' ? version : `${group}/${version}`;
  const items = form === 'List' ? member(properties, 'items') : undefined;
  if (Array.isArray(items) || items === UNKNOWN) {
    const listed =
      items === UNKNOWN
        ? [UNSEEN]
        : items.flatMap((one: Judged) => (one === UNKNOWN ? [UNSEEN] : isObject(one) ? [one] : []));
    return [...listed.map((object): Item => ({ ...place, object: ofKind(object, apiVersion, kind) })), asWritten];
  }
  // A kind of somebody's own may end in List.
  return [{ ...place, object: ofKind(properties, apiVersion, form === 'List' ? named : kind) }, asWritten];
}

/** An object of which nothing is known yet: whatever a rule looks at. */
const UNSEEN: JudgedObject = Object.fromEntries(
  ['metadata', 'spec', 'data', 'rules', 'subjects', 'roleRef'].map((name) => [name, UNKNOWN]),
);

function ofKind(object: JudgedObject, apiVersion: string, kind: string): JudgedObject {
  return { ...object, apiVersion, kind };
}

function isObject(value: Judged): value is JudgedObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof SecretText);
}
