/** Where a part of an expression stands in its text: UTF-16 offsets, `end` exclusive. Parentheses around a part are not counted in. */
export interface SourceRange {
  readonly start: number;
  readonly end: number;
}

export type Literal =
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'double'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'null' };

export type BinaryOperator = '&&' | '||' | '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | '+' | '-' | '*' | '/' | '%';
export type MacroName = 'all' | 'exists' | 'exists_one' | 'map' | 'filter';

/** One part of a CEL expression. What changes a tree (mutants) makes new nodes and may keep the ranges of the old ones. */
export type Expression =
  | { readonly kind: 'literal'; readonly literal: Literal; readonly range: SourceRange }
  | { readonly kind: 'name'; readonly name: string; readonly range: SourceRange }
  | { readonly kind: 'select'; readonly operand: Expression; readonly field: string; readonly range: SourceRange }
  | { readonly kind: 'has'; readonly operand: Expression; readonly field: string; readonly range: SourceRange }
  | {
      readonly kind: 'index';
      readonly operand: Expression;
      readonly index: Expression;
      readonly range: SourceRange;
    }
  | {
      readonly kind: 'call';
      readonly name: string;
      /** Of a method, `receiver.name(...)`. */
      readonly receiver?: Expression;
      readonly args: readonly Expression[];
      readonly range: SourceRange;
    }
  | {
      readonly kind: 'macro';
      readonly name: MacroName;
      readonly over: Expression;
      readonly variable: string;
      /** The predicate; of `map` with three arguments the filter, of `map` with two none. */
      readonly predicate?: Expression;
      /** Of `map` only. */
      readonly transform?: Expression;
      readonly range: SourceRange;
    }
  | {
      readonly kind: 'unary';
      readonly operator: '!' | '-';
      readonly operand: Expression;
      readonly range: SourceRange;
    }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly range: SourceRange;
    }
  | {
      readonly kind: 'conditional';
      readonly condition: Expression;
      readonly whenTrue: Expression;
      readonly whenFalse: Expression;
      readonly range: SourceRange;
    }
  | { readonly kind: 'list'; readonly items: readonly Expression[]; readonly range: SourceRange }
  | {
      readonly kind: 'map';
      readonly entries: readonly { readonly key: Expression; readonly value: Expression }[];
      readonly range: SourceRange;
    };

/** The parts that a node is made of, in the order of the text. */
export function partsOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'literal':
    case 'name':
      return [];
    case 'select':
    case 'has':
    case 'unary':
      return [node.operand];
    case 'index':
      return [node.operand, node.index];
    case 'call':
      return node.receiver === undefined ? node.args : [node.receiver, ...node.args];
    case 'macro':
      return [node.over, node.predicate, node.transform].filter((part) => part !== undefined);
    case 'binary':
      return [node.left, node.right];
    case 'conditional':
      return [node.condition, node.whenTrue, node.whenFalse];
    case 'list':
      return node.items;
    case 'map':
      return node.entries.flatMap(({ key, value }) => [key, value]);
  }
}
