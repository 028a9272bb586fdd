import { CONFINED, IMAGE, MODEST, creates, legalPod, object, type DeniedCell } from './cell';

/** What the boundary's own objects refuse: each cell falls with one of them. */
export function boundaryCells(namespace: string): DeniedCell[] {
  const container = { name: 'main', image: IMAGE, securityContext: CONFINED, resources: MODEST };
  return [
    {
      ...creates(
        'run a privileged pod (Pod Security)',
        object('v1', 'Pod', namespace, 'mine', {
          spec: legalPod({ containers: [{ ...container, securityContext: { privileged: true } }] }),
        }),
      ),
      refusal: '403 Pod Security restricted:v1.34: privileged',
    },
    {
      ...creates(
        'open a port on the nodes (quota)',
        object('v1', 'Service', namespace, 'mine', {
          spec: { type: 'NodePort', ports: [{ port: 80 }], selector: { app: 'x' } },
        }),
      ),
      refusal: '403 exceeded quota: quota, requested: services.nodeports=1',
    },
    {
      ...creates(
        'run a container larger than the size allows (limits)',
        object('v1', 'Pod', namespace, 'mine', {
          spec: legalPod({
            containers: [
              {
                ...container,
                resources: { ...MODEST, limits: { ...MODEST.limits, cpu: '3' } },
              },
            ],
          }),
        }),
      ),
      refusal: '403 pods "mine" is forbidden: maximum cpu usage per Container is 1, but limit is 3',
    },
    {
      ...creates(
        'run at a priority of the system (priority quota)',
        object('v1', 'Pod', namespace, 'mine', { spec: legalPod({ priorityClassName: 'system-cluster-critical' }) }),
      ),
      refusal: '403 exceeded quota: system-priority, requested: pods=1',
    },
  ];
}
