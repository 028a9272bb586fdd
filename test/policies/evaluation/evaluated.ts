import { compile } from '../../../policies/evaluation/compile';
import { Frame } from '../../../policies/evaluation/frame';
import { createLibrary } from '../../../policies/evaluation/library';
import { parseExpression } from '../../../policies/evaluation/parse';
import { PatternCache } from '../../../policies/evaluation/patterns';
import { Preparation } from '../../../policies/evaluation/prepare';
import { ALL_ROOTS } from '../../../policies/evaluation/shared-variables';
import type { Judged } from '../../../policies/evaluation/types';
import { Failure, type Value } from '../../../policies/evaluation/values';

const LIMITS = { depth: 64, values: 500_000 };
const STEPS = 2_000_000;
const library = createLibrary(new PatternCache());

/** The value of one expression, as the evaluator computes it; `bindings` are further names. RuleInvalid and limits are thrown. */
export function evaluated(source: string, object: Judged = {}, bindings: Readonly<Record<string, Value>> = {}): Value {
  const scope = { source, roots: ALL_ROOTS, variables: new Map(), library, locals: Object.keys(bindings) };
  const code = compile(parseExpression(source), scope);
  const none = new Failure('not given');
  const prepared = new Preparation(LIMITS).prepare(object, 'object');
  const frame = new Frame(
    { object: prepared, objects: none, namespaces: none, params: none, request: none },
    [],
    STEPS,
  );
  frame.locals = Object.values(bindings);
  return frame.run(code);
}
