export { createEvaluator } from './evaluator';
export { parseExpression } from './parse';
export { printExpression } from './print';
export { partsOf, type BinaryOperator, type Expression, type Literal } from './syntax';
export {
  SecretText,
  UNKNOWN,
  type Evaluator,
  type Explanation,
  type Judged,
  type JudgedObject,
  type Judgement,
  type Subject,
} from './types';
