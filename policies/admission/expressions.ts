import { LABELS, NAMESPACES, TESTBED_ID, USERS, WORKLOADS } from '../../components/vocabulary';
import type { Rule } from '../rule';
import { celString } from '../guard-rails/exempt-users';

/** Name of a rule's variable in the API server. */
export function variableOf(rule: Rule): string {
  return rule.id.replaceAll('-', '_');
}

const differs = (map: 'labels' | 'annotations'): string =>
  `(has(object.metadata.${map}) ? object.metadata.${map} : {}) != (has(oldObject.metadata.${map}) ? oldObject.metadata.${map} : {})`;

/** CEL: a member of an object that holds what it is, whatever its kind. */
const CONTENT = "!(k in ['metadata', 'status'])";

/**
 * Match condition: an update that leaves content, labels and annotations as they are is not judged again. Without it a new rule would keep
 * finalizers on objects that stood before it, and their testbed could not end.
 */
export const CHANGED = {
  name: 'changed',
  expression:
    'oldObject == null || ' +
    `object.exists(k, ${CONTENT} && (!(k in oldObject) || object[k] != oldObject[k])) || ` +
    `oldObject.exists(k, ${CONTENT} && !(k in object)) || ` +
    `${differs('labels')} || ${differs('annotations')}`,
};

const TESTBED_NAMESPACE = TESTBED_ID.source.replace(/^\^|\$$/g, '');
const NAMESPACE_OF_OURS = `^(${TESTBED_NAMESPACE}|${NAMESPACES.access})$`;
/** Users and groups that stand for somebody in a testbed, or for everybody. */
const SOMEBODY_OF_OURS =
  `^system:serviceaccounts?:(${TESTBED_NAMESPACE}|${NAMESPACES.access})(:.*)?$|` +
  '^system:(serviceaccounts|authenticated|unauthenticated|anonymous)$';

/**
 * Match condition of what belongs to no namespace: ours by its label, or giving rights to somebody in a testbed. Everything else of
 * the cluster is its owners' business.
 */
export const CONCERNS_TESTBEDS = {
  name: 'concerns-testbeds',
  expression:
    `(has(object.metadata.labels) && ${celString(LABELS.managed)} in object.metadata.labels) || ` +
    `(has(object.subjects) && object.subjects.exists(s, (has(s.namespace) && s.namespace.matches(${celString(NAMESPACE_OF_OURS)})) || ` +
    `s.name.matches(${celString(SOMEBODY_OF_OURS)})))`,
};

/**
 * Match condition of what enters pods: all but the provisioner's own commands in the pod of a testbed's database, by which it is backed up
 * and restored. Anybody else's there are refused by the guard rails at every grade.
 */
export const NOT_OUR_DATABASE = {
  name: 'not-our-database',
  expression: `!(request.userInfo.username == ${celString(USERS.provisioner)} && request.name == ${celString(`${WORKLOADS.database.name}-0`)} && has(request.subResource) && request.subResource == 'exec')`,
};

/**
 * Whether an exemption covers the object: CEL over the parameter `exempt.<rule>`, one line each, `namespace/Kind/name end`. The end is
 * looked at on creation only, when the object's own time is the server's now; afterwards the line is taken out.
 */
export function exemptionOf(rule: Rule): string {
  if (!rule.exemptible) return 'false';
  const key = celString(`exempt.${rule.id}`);
  const entries = `params.data[${key}].split('\\n')`;
  if (rule.operations.includes('CONNECT'))
    return `${key} in params.data && ${entries}.exists(e, e.startsWith(request.namespace + '/Pod/' + request.name + ' '))`;
  const place =
    "(has(object.metadata.namespace) ? object.metadata.namespace : '') + '/' + object.kind + '/' + object.metadata.name + ' '";
  return (
    `${key} in params.data && ${entries}.exists(e, e.startsWith(${place}) && ` +
    "(request.operation != 'CREATE' || timestamp(object.metadata.creationTimestamp) < timestamp(e.substring(e.lastIndexOf(' ') + 1))))"
  );
}

/** Of a refusal: the rule, where it failed and what mends it, in both languages on the one line that the API server takes. */
export function messageExpressionOf(rule: Rule): string {
  return `${celString(`${rule.id}: `)} + (${rule.finding}) + ${celString(` - ${rule.message.en} / ${rule.message.ko}`)}`;
}

/** Names of the shared variables that a text uses. */
export function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(/\bvariables\.([A-Za-z_][A-Za-z0-9_]*)/g)].flatMap(([, name]) =>
    name === undefined ? [] : [name],
  );
}
