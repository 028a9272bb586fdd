import type { Fault, Hostile } from '../fault';
import { lastWords, inTurn, objectOf, under, type FaultBench, type FaultClass } from './class';

const OF_TESTBED = '/namespaces/tb-';
const HOSTILE: readonly Hostile[] = ['not-json', 'deep', 'wrong-kind', 'prototype', 'huge', 'redirect'];

const failing = (status: number, reason: string): Fault => ({ kind: 'answer', status, reason });

/** What an API server, or whatever stands in front of it, answers. */
export const ANSWERS: readonly FaultClass[] = [
  {
    id: 'F2',
    fault: 'the answer is lost after the API server has done it (RST)',
    expected:
      'an apply is sent again and the command ends well; a create is not, and the re-run takes up what was made',
    cause: (bench) =>
      inTurn({
        apply: () =>
          under(bench, {
            flow: 'up',
            rules: [
              {
                where: { methods: ['PATCH'], writes: true, skip: bench.random(12), times: 2 },
                fault: { kind: 'reset', when: 'after' },
              },
            ],
            codes: [0],
          }),
        create: () =>
          under(bench, {
            flow: 'up',
            rules: [{ where: { methods: ['POST'], writes: true, times: 1 }, fault: { kind: 'reset', when: 'after' } }],
            codes: [0, 1],
            says: /closed the connection|cluster went away/,
          }),
        delete: () =>
          under(bench, {
            flow: 'down',
            rules: [{ where: { methods: ['DELETE'], path: OF_TESTBED }, fault: { kind: 'reset', when: 'after' } }],
            codes: [0, 1],
          }),
      }),
  },
  {
    id: 'F3',
    fault: '429 with Retry-After: some of the writes, and a flow of the real API server that lets nothing through',
    expected: 'bursts are outlasted; what goes on is told, and the re-run finishes',
    cause: (bench) =>
      inTurn({
        burst: () =>
          under(bench, {
            flow: 'update',
            rules: [
              {
                where: { writes: true, share: 0.4, times: 12 },
                fault: { kind: 'answer', status: 429, reason: 'TooManyRequests', retryAfterSeconds: 1 },
              },
            ],
            codes: [0],
          }),
        flow: () => withoutShares(bench),
      }),
  },
  {
    id: 'F6',
    fault: 'bursts of 500, 503 and 504',
    expected: 'outlasted, or told; the re-run finishes',
    cause: (bench) =>
      under(bench, {
        flow: 'up',
        rules: [
          { where: { share: 0.08 }, fault: failing(503, 'ServiceUnavailable') },
          { where: { share: 0.04 }, fault: failing(500, 'InternalError') },
          { where: { share: 0.04 }, fault: failing(504, 'Timeout') },
        ],
        codes: [0, 1],
        says: /fault proxy|50[034]/,
      }),
  },
  {
    id: 'F24',
    fault: 'watches: events swallowed, 410 Gone, cut in the middle; stale reads',
    expected: 'what is waited for is seen all the same: the command ends well',
    cause: (bench) =>
      inTurn(
        Object.fromEntries(
          (
            [
              ['gap', { kind: 'watch-gap', after: 0, drop: 2 }],
              ['gone', { kind: 'watch-gone', after: 0 }],
              ['cut', { kind: 'watch-cut', after: 0 }],
            ] as const
          ).map(([name, fault]) => [
            name,
            () => under(bench, { flow: 'up', rules: [{ where: { watches: true, times: 3 }, fault }], codes: [0] }),
          ]),
        ),
      ),
  },
  {
    id: 'F25',
    fault: 'answers of 1 KB a second, and answers that are cut off',
    expected: 'slow ones are waited for; of cut ones reads and applies are sent again',
    cause: (bench) =>
      inTurn({
        slow: () =>
          under(bench, {
            flow: 'update',
            rules: [{ where: { path: OF_TESTBED }, fault: { kind: 'slow', bytesPerSecond: 1024 } }],
            codes: [0],
          }),
        cut: () =>
          under(bench, {
            flow: 'up',
            rules: [{ where: { path: OF_TESTBED, share: 0.15, times: 5 }, fault: { kind: 'truncated', bytes: 30 } }],
            codes: [0, 1],
            says: /cut off|closed the connection|cannot be read|went away/,
          }),
      }),
  },
  {
    id: 'F26',
    fault: 'a certificate of another authority, one that has expired, one of another name',
    expected: 'refused before a word is sent',
    cause: certificates,
  },
  {
    id: 'F27',
    fault: `answers that no API server gives: ${HOSTILE.join(', ')}`,
    expected: 'told in one line, nothing hangs, nothing is polluted; the re-run finishes',
    cause: (bench) =>
      inTurn(
        Object.fromEntries(
          HOSTILE.map((answer) => [
            answer,
            () =>
              under(bench, {
                flow: 'update',
                rules: [
                  {
                    where: { methods: ['GET'], watches: false, skip: 1 + bench.random(4) },
                    fault: { kind: 'hostile', answer },
                  },
                ],
                codes: [1],
                says: /^error: /m,
              }),
          ]),
        ),
      ),
  },
  {
    id: 'F28',
    fault:
      'an API version that a run used is not served any more (as the proxy answers; no second API server version is at hand)',
    expected: 'the kind is named, nothing of it is forgotten; once it is served again the re-run finishes',
    cause: (bench) =>
      under(bench, {
        flow: 'up',
        rules: [{ where: { path: '^/apis/networking\\.k8s\\.io/v1' }, fault: failing(404, 'NotFound') }],
        codes: [0, 1],
        says: /NetworkPolicy|networking\.k8s\.io/,
      }),
  },
];

async function certificates(bench: FaultBench): Promise<string> {
  const { place, flows } = bench;
  const seen: string[] = [];
  for (const shown of ['other-authority', 'expired', 'other-name'] as const) {
    const argv = await flows.prepare('update');
    place.proxy.begin();
    place.proxy.show(shown);
    const ended = await place.start(argv).ended;
    place.proxy.show('right');
    if (ended.code !== 1 || !/certificate/i.test(ended.stderr) || place.proxy.requests.length > 0)
      throw new Error(
        `${shown}: exit ${String(ended.code)}, ${place.proxy.requests.length} requests, ${lastWords(ended)}`,
      );
    seen.push(`${shown}: exit 1, ${lastWords(ended)}`);
  }
  const missed = await flows.takeUp('update', []);
  if (missed.length > 0) throw new Error(missed.join('; '));
  return seen.join('; ');
}

/** A priority level without a seat, for the provisioner alone. */
async function withoutShares(bench: FaultBench): Promise<string> {
  const { admin } = bench.place;
  const apiVersion = 'flowcontrol.apiserver.k8s.io/v1';
  const name = 'testbed-fault-no-seats';
  const level = { apiVersion, kind: 'PriorityLevelConfiguration', name };
  const flow = { apiVersion, kind: 'FlowSchema', name };
  return under(bench, {
    flow: 'update',
    at: {
      write: /namespaces\/tb-|serviceaccounts\/member-|rolebindings/,
      side: 'before',
      meanwhile: async () => {
        await admin.create(
          objectOf(level, {
            spec: {
              type: 'Limited',
              limited: {
                nominalConcurrencyShares: 0,
                lendablePercent: 0,
                borrowingLimitPercent: 0,
                limitResponse: { type: 'Reject' },
              },
            },
          }),
        );
        await admin.create(
          objectOf(flow, {
            spec: {
              priorityLevelConfiguration: { name },
              matchingPrecedence: 2,
              distinguisherMethod: { type: 'ByUser' },
              rules: [
                {
                  subjects: [
                    {
                      kind: 'ServiceAccount',
                      serviceAccount: { name: 'testbed-provisioner', namespace: 'testbed-system' },
                    },
                  ],
                  resourceRules: [
                    { verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true },
                  ],
                },
              ],
            },
          }),
        );
        // The API server takes it up in its own time.
        await new Promise((resolve) => setTimeout(resolve, 3000));
      },
    },
    lift: async () => {
      await admin.delete(flow);
      await admin.delete(level);
      await new Promise((resolve) => setTimeout(resolve, 2000));
    },
    codes: [0, 1],
    says: /429|too many requests/i,
  });
}
