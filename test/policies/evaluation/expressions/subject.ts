import type { JsonObject } from '../../../../kubernetes/types';

/** What the expressions beside this file are about: `object.spec`. */
export const SPEC: JsonObject = {
  int: 7,
  zero: 0,
  negative: -3,
  large: 4_503_599_627_370_496,
  double: 1.5,
  text: 'registry.example/app:1',
  empty: '',
  korean: '특권 컨테이너',
  yes: true,
  no: false,
  list: [3, 1, 2],
  texts: ['b', 'a', 'c'],
  mixed: [1, 'a', true, 1.5, [1], { a: 1 }],
  none: [],
  map: { a: 1, 'b-c': 'x', nested: { deep: { deeper: true } } },
  nothing: {},
  containers: [
    {
      name: 'app',
      image: 'registry.example/app:1',
      securityContext: { privileged: false },
      ports: [{ containerPort: 8080 }],
    },
    { name: 'sidecar', image: 'docker.io/library/busybox', resources: { limits: { memory: '1Gi', cpu: '500m' } } },
    { name: 'odd', securityContext: { privileged: true, capabilities: { add: ['NET_ADMIN', 'SYS_TIME'] } } },
  ],
  'key-with-dash': 1,
  constructor: 'own',
};

/** Every line is one expression; the API server must give what we give. */
export const lines = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
