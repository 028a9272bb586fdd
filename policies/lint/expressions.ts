import { RE2JS } from 're2js';
import { isTestbedError, reasonOf, text, type Text } from '../../errors';
import { quoted } from '../../spec/visible';
import type { RuleFile } from '../catalogue/rule-file';
import { parseExpression } from '../evaluation/parse';
import { partsOf, type Expression } from '../evaluation/syntax';
import type { Rule, SharedVariable } from '../rule';
import { dialectFunction, isAtLeast, type CallKind } from './dialect';
import { inRule, type LintCode, type LintFinding } from './finding';

/** A complaint about one part of an expression. */
interface Complaint {
  readonly code: LintCode;
  readonly message: Text;
}

/** Functions whose argument is a regex. */
const REGEX_FUNCTIONS: ReadonlySet<string> = new Set(['matches', 'find', 'findAll']);

/** The CEL of a rule: whether every engine and the API servers from `since` on take it, and whether its names and params exist. */
export function lintExpressions(file: RuleFile, variables: readonly SharedVariable[]): LintFinding[] {
  const { rule } = file;
  const read = new Set<string>();
  const findings = (['expression', 'finding'] as const).flatMap((field) =>
    new ExpressionLint(rule, variables, read)
      .run(rule[field])
      .map(({ code, message }) => inRule(file, code, [field], message)),
  );
  const unread = rule.params.filter(({ name }) => !read.has(name));
  return [
    ...findings,
    ...unread.map(({ name }) =>
      inRule(
        file,
        'param',
        ['params', name],
        text(
          `the parameter '${name}' is read by no expression: take it out`,
          `매개변수 '${name}'을(를) 읽는 표현식이 없습니다. 빼십시오`,
        ),
      ),
    ),
  ];
}

/** The shared variables: the same checks, each seeing only those above it. `since` is the oldest minor that any rule may declare. */
export function lintVariables(variables: readonly SharedVariable[], file: string): LintFinding[] {
  return variables.flatMap(({ name, expression }, index) =>
    new ExpressionLint(undefined, variables.slice(0, index), new Set())
      .run(expression)
      .map(({ code, message }) => ({ code, file, line: 1, column: 1, path: name, message })),
  );
}

class ExpressionLint {
  private readonly complaints: Complaint[] = [];
  private readonly names: ReadonlySet<string>;

  /** `read` collects the own params that are read. */
  constructor(
    private readonly rule: Rule | undefined,
    private readonly variables: readonly SharedVariable[],
    private readonly read: Set<string>,
  ) {
    const set = rule !== undefined && rule.scope !== 'object';
    // Only the API server has a request.
    const request = rule?.points.join() === 'admission';
    this.names = new Set([
      'object',
      'variables',
      'params',
      ...(set ? ['objects', 'namespaces'] : []),
      ...(request ? ['request'] : []),
    ]);
  }

  run(source: string): readonly Complaint[] {
    try {
      this.visit(parseExpression(source), new Set());
    } catch (error) {
      if (!isTestbedError(error, 'RuleInvalid')) throw error;
      this.complain('cel', error.text);
    }
    return this.complaints;
  }

  private visit(node: Expression, bound: ReadonlySet<string>): void {
    switch (node.kind) {
      case 'name':
        if (!bound.has(node.name) && !this.names.has(node.name)) this.complain('name', unknownName(node.name));
        return;
      case 'select':
        this.variable(node);
        break;
      case 'has':
        this.call('has', 'macro');
        if (!isRooted(node.operand)) this.complain('has-path', HAS_PATH);
        break;
      case 'index':
        if (this.param(node)) return;
        break;
      case 'call': {
        const { namespace, name } = calledName(node, bound, this.names);
        this.call(name, node.receiver === undefined || namespace ? 'global' : 'method');
        if (REGEX_FUNCTIONS.has(name)) this.regex(node.args[0]);
        if (namespace) {
          for (const part of node.args) this.visit(part, bound);
          return;
        }
        break;
      }
      case 'macro': {
        this.call(node.name, 'macro');
        this.visit(node.over, bound);
        const inner = new Set([...bound, node.variable]);
        for (const part of [node.predicate, node.transform]) if (part !== undefined) this.visit(part, inner);
        return;
      }
      case 'literal':
      case 'unary':
      case 'binary':
      case 'conditional':
      case 'list':
      case 'map':
        break;
    }
    for (const part of partsOf(node)) this.visit(part, bound);
  }

  private variable(node: Extract<Expression, { kind: 'select' }>): void {
    if (node.operand.kind !== 'name' || node.operand.name !== 'variables') return;
    if (this.variables.some(({ name }) => name === node.field)) return;
    this.complain(
      'name',
      text(
        `there is no shared variable ${quoted(node.field)}: the variables are ${this.variables.map(({ name }) => name).join(', ')}`,
        `없는 공유 변수입니다(${quoted(node.field)}). 쓸 수 있는 변수: ${this.variables.map(({ name }) => name).join(', ')}`,
      ),
    );
  }

  /** `params.data['<rule>.<name>']`; whether the node was one. */
  private param(node: Extract<Expression, { kind: 'index' }>): boolean {
    const { operand, index } = node;
    if (operand.kind !== 'select' || operand.field !== 'data') return false;
    if (operand.operand.kind !== 'name' || operand.operand.name !== 'params') return false;
    const key = index.kind === 'literal' && index.literal.type === 'string' ? index.literal.value : undefined;
    const own = this.rule === undefined ? undefined : `${this.rule.id}.`;
    const name = key !== undefined && own !== undefined && key.startsWith(own) ? key.slice(own.length) : undefined;
    if (name !== undefined && this.rule?.params.some((param) => param.name === name)) this.read.add(name);
    else
      this.complain(
        'param',
        key === undefined
          ? text(
              'the key of a parameter is written out, so that it can be told which one is read',
              '매개변수 키는 무엇을 읽는지 알 수 있도록 문자열로 직접 쓰십시오',
            )
          : text(
              `the parameter ${quoted(key)} is not declared by this rule: declare it or correct the key`,
              `이 규칙에서 선언하지 않은 매개변수입니다(${quoted(key)}). 선언하거나 키를 고치십시오`,
            ),
      );
    return true;
  }

  private call(name: string, kind: CallKind): void {
    const known = dialectFunction(name, kind);
    const since = this.rule?.since ?? '1.30';
    if (known === undefined)
      this.complain(
        'function',
        text(
          `no API server has the function ${quoted(name)}: use one of the dialect`,
          `API 서버에 없는 함수입니다(${quoted(name)}). 규칙에서 쓸 수 있는 함수를 쓰십시오`,
        ),
      );
    else if (!known.ours)
      this.complain(
        'function',
        text(
          `'${name}' is not in the dialect of rules, because not every engine has it: write it another way`,
          `모든 엔진에 있지 않아 규칙에서 쓸 수 없는 함수입니다('${name}'). 다른 방법으로 쓰십시오`,
        ),
      );
    else if (!isAtLeast(since, known.since))
      this.complain(
        'function',
        text(
          `'${name}' is taken from Kubernetes ${known.since} on, and the rule says since ${since}: raise it or do without`,
          `'${name}'은(는) 쿠버네티스 ${known.since}부터 쓸 수 있는데 규칙의 since는 ${since}입니다. since를 올리거나 쓰지 마십시오`,
        ),
      );
  }

  private regex(argument: Expression | undefined): void {
    if (argument?.kind !== 'literal' || argument.literal.type !== 'string') return;
    try {
      RE2JS.compile(argument.literal.value);
    } catch (error) {
      this.complain(
        'regex',
        text(
          `RE2 refuses the pattern ${quoted(argument.literal.value)} (${reasonOf(error)})`,
          `RE2에서 쓸 수 없는 정규식입니다: ${quoted(argument.literal.value)} (${reasonOf(error)})`,
        ),
      );
    }
  }

  private complain(code: LintCode, message: Text): void {
    // A function that is called five times is one thing to mend.
    if (this.complaints.some((known) => known.message.en === message.en)) return;
    this.complaints.push({ code, message });
  }
}

const HAS_PATH = text(
  'has() is given a path that begins with a name, such as has(c.image); bind the element by a macro',
  'has()에는 has(c.image)처럼 이름으로 시작하는 경로를 쓰십시오. 원소는 매크로로 묶으십시오',
);

/** `a.b.c` */
function isRooted(node: Expression): boolean {
  return node.kind === 'select' ? isRooted(node.operand) : node.kind === 'name';
}

/** `sets.contains(...)` reads like a method of a name that nobody bound: then it is a function with a dot in its name. */
function calledName(
  node: Extract<Expression, { kind: 'call' }>,
  bound: ReadonlySet<string>,
  names: ReadonlySet<string>,
): { readonly namespace: boolean; readonly name: string } {
  const { receiver, name } = node;
  if (receiver?.kind !== 'name' || bound.has(receiver.name) || names.has(receiver.name))
    return { namespace: false, name };
  return { namespace: true, name: `${receiver.name}.${name}` };
}

function unknownName(name: string): Text {
  const known = 'object, variables, params (set rules: objects, namespaces; rules of admission alone: request)';
  return text(
    `there is nothing called ${quoted(name)} here: rules see ${known}`,
    `${quoted(name)}: 없는 이름입니다. 규칙에서 쓸 수 있는 이름: ${known}`,
  );
}
