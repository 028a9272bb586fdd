export { createEvaluator } from './evaluator';
export { parseExpression } from './parse';
export { printExpression } from './print';
export {
  partsOf,
  type BinaryOperator,
  type Expression,
  type Literal,
  type MacroName,
  type SourceRange,
} from './syntax';
export {
  SecretText,
  UNKNOWN,
  type EvaluationLimits,
  type Evaluator,
  type EvaluatorOptions,
  type Explained,
  type Explanation,
  type Judged,
  type JudgedObject,
  type Judgement,
  type Subject,
} from './types';
