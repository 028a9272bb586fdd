import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { EngineEvent } from '../../engine/types';
import type { Text } from '../../errors';
import { openOperationProgress } from '../../operations/operation-progress';
import { packageRoot } from '../../package/root';
import { openTestSite } from '../support/testbeds';
import { openHarness, thrown } from './harness';

const module = join(packageRoot(), 'test/fixtures/programs/outdated.cjs');
const harness = openHarness({ runners: 1 });
const OUTDATED = 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice';

it('tells once what the API server warned of, after a run that failed too', async () => {
  const events: EngineEvent[] = [];
  const run = (broken: boolean): ReturnType<typeof harness.run> => {
    const stack = harness.stack();
    const program = { module, args: { namespace: stack.name, broken } };
    return harness.run('up', stack, {}, { program, onEvent: (event) => events.push(event) });
  };
  const told = (): EngineEvent[] =>
    events.splice(0).filter((event) => event.type === 'diagnostic' && event.severity === 'warning');
  const expected = [{ type: 'diagnostic', severity: 'warning', source: 'server', message: OUTDATED }];

  expect([(await run(false)).warnings, told()]).toEqual([[OUTDATED], expected]);
  expect([(await thrown(run(true))).code, told()]).toEqual(['KubernetesRefused', expected]);
});

it('is shown to people as words of the API server, and a warning of the engine as it is', () => {
  const warnings: Text[] = [];
  const site = openTestSite();
  const { onEvent } = openOperationProgress('up', { ...site.surroundings, onWarning: (one) => warnings.push(one) });
  onEvent({ type: 'diagnostic', severity: 'warning', source: 'server', message: 'careful' });
  onEvent({ type: 'diagnostic', severity: 'warning', message: 'slow' });
  // What our own rules say of an object was said of the plan, in the reader's language.
  const ours =
    "Validation failed for ValidatingAdmissionPolicy 'testbed-rules-pods-advisory-1' with binding 'b': a rule: why";
  onEvent({ type: 'diagnostic', severity: 'warning', source: 'server', message: ours });
  expect(warnings).toEqual([
    { en: 'the API server warns: careful', ko: 'API 서버 경고: careful' },
    { en: 'slow', ko: 'slow' },
  ]);
});
