import { fieldsAt, listAt, stringAt, type Fields } from '../kubernetes/json';
import { Quantity } from '../policies/evaluation/quantity';

/** What nodes are asked for. `cpu` in thousandths of a core, memory and storage in bytes. */
export const NODE_RESOURCES = ['cpu', 'memory', 'ephemeral-storage', 'pods'] as const;
export type NodeResource = (typeof NODE_RESOURCES)[number];
export type Amounts = Readonly<Record<NodeResource, number>>;

export const NOTHING: Amounts = { cpu: 0, memory: 0, 'ephemeral-storage': 0, pods: 0 };

/** Makes one amount of two, resource by resource. */
export function combined(left: Amounts, right: Amounts, how: (left: number, right: number) => number): Amounts {
  return {
    cpu: how(left.cpu, right.cpu),
    memory: how(left.memory, right.memory),
    'ephemeral-storage': how(left['ephemeral-storage'], right['ephemeral-storage']),
    pods: how(left.pods, right.pods),
  };
}

export function plus(left: Amounts, right: Amounts): Amounts {
  return combined(left, right, (one, other) => one + other);
}

/** A quantity of the API as a whole number of its unit (thousandths for `cpu`), rounded up; 0 for what is none. */
export function amountOf(quantity: unknown, resource: string): number {
  const decimal = typeof quantity === 'string' ? Quantity.from(quantity)?.decimal : undefined;
  if (decimal === undefined) return 0;
  const shift = decimal.scale + (resource === 'cpu' ? 3 : 0);
  if (shift >= 0) return Number(decimal.unscaled * 10n ** BigInt(shift));
  const unit = 10n ** BigInt(-shift);
  const rest = decimal.unscaled % unit;
  return Number(decimal.unscaled / unit + (rest > 0n ? 1n : 0n));
}

/** A list of quantities by resource (`allocatable`, `requests`). */
export function amountsOf(list: Fields): Amounts {
  return {
    cpu: amountOf(list['cpu'], 'cpu'),
    memory: amountOf(list['memory'], 'memory'),
    'ephemeral-storage': amountOf(list['ephemeral-storage'], 'ephemeral-storage'),
    pods: amountOf(list['pods'], 'pods'),
  };
}

const larger = (left: Amounts, right: Amounts): Amounts => combined(left, right, Math.max);

/**
 * What a pod takes from its node, as the scheduler counts: all containers together with the init containers that go on running, or the
 * largest moment of its start where that is more; what the pod says of itself as a whole comes before that, its overhead on top. One pod.
 */
export function podRequests(pod: unknown): Amounts {
  const spec = fieldsAt(pod, 'spec');
  const requestsOf = (container: unknown): Amounts => amountsOf(fieldsAt(container, 'resources', 'requests'));
  let running = listAt(spec, 'containers').map(requestsOf).reduce(plus, NOTHING);
  let sidecars = NOTHING;
  let starting = NOTHING;
  for (const container of listAt(spec, 'initContainers')) {
    const own = requestsOf(container);
    if (stringAt(container, 'restartPolicy') === 'Always') {
      running = plus(running, own);
      sidecars = plus(sidecars, own);
      starting = larger(starting, sidecars);
    } else starting = larger(starting, plus(sidecars, own));
  }
  const whole = fieldsAt(spec, 'resources', 'requests');
  const asked = larger(running, starting);
  const stated: Amounts = {
    ...asked,
    ...('cpu' in whole ? { cpu: amountOf(whole['cpu'], 'cpu') } : {}),
    ...('memory' in whole ? { memory: amountOf(whole['memory'], 'memory') } : {}),
  };
  return { ...plus(stated, amountsOf(fieldsAt(spec, 'overhead'))), pods: 1 };
}
