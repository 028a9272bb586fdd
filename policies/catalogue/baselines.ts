import type { Grade } from '../../components/vocabulary';
import { text, type Text } from '../../errors';
import { nearest } from '../../spec/nearest';
import { quoted } from '../../spec/visible';
import type { Enforcement, Rule, RuleId } from '../rule';
import type { BaselineDocument } from './baseline-schema';
import type { Place } from './document';
import type { RuleIssue } from './issue';
import { defaultParams, paramComplaint, paramKey, paramText } from './params';

/** A set of rules with their enforcement and params, worked out in full. */
export interface Baseline {
  readonly id: string;
  readonly title: Text;
  readonly origin: 'shipped' | 'site';
  /** The grade at which it is in force. */
  readonly grade?: Grade;
  readonly extends?: string;
  /** How each rule is enforced; a rule that is not here is not judged. */
  readonly rules: ReadonlyMap<RuleId, Enforcement>;
  /** Every parameter of the catalogue by full key. */
  readonly params: Readonly<Record<string, string>>;
}

/** A baseline as its file has it. */
export interface BaselineSource {
  readonly origin: 'shipped' | 'site';
  readonly file: string;
  readonly written: BaselineDocument;
  readonly at: (path: readonly PropertyKey[]) => Place;
}

export interface ResolvedBaselines {
  readonly baselines: ReadonlyMap<string, Baseline>;
  readonly inForce: Readonly<Record<Grade, Baseline>> | undefined;
  readonly issues: readonly RuleIssue[];
}

const STRENGTH: Readonly<Record<Enforcement, number>> = { off: 0, advisory: 1, mandatory: 2 };

/**
 * Works out baselines. A shipped one with a grade begins with every rule at its own enforcement there; one that extends another begins
 * with that one; any other with nothing. A mandatory rule can't be weakened: that takes an exemption, which names a reason and an end.
 * A site's baseline with a grade takes the place of the shipped one, which it must extend.
 */
export function resolveBaselines(rules: readonly Rule[], sources: readonly BaselineSource[]): ResolvedBaselines {
  return new Resolution(rules, sources).run();
}

class Resolution {
  private readonly issues: RuleIssue[] = [];
  private readonly byId = new Map<string, BaselineSource>();
  private readonly done = new Map<string, Baseline>();
  private readonly rulesById: ReadonlyMap<string, Rule>;
  private readonly defaults: Readonly<Record<string, string>>;

  constructor(
    private readonly rules: readonly Rule[],
    private readonly sources: readonly BaselineSource[],
  ) {
    this.rulesById = new Map(rules.map((rule) => [rule.id, rule]));
    this.defaults = defaultParams(rules);
  }

  run(): ResolvedBaselines {
    for (const source of this.sources) {
      const { id } = source.written;
      if (this.byId.has(id))
        this.complain(
          source,
          ['id'],
          text(
            `there is a baseline ${quoted(id)} already: choose another id`,
            `기준선이 이미 있습니다(${quoted(id)}). 다른 식별자를 쓰십시오`,
          ),
        );
      else if (source.origin === 'site' && !id.startsWith('site-')) this.complain(source, ['id'], sitePrefix(id));
      else this.byId.set(id, source);
    }
    for (const id of this.byId.keys()) this.resolve(id, []);
    const open = this.inForce('open');
    const sensitive = this.inForce('sensitive');
    return {
      baselines: this.done,
      inForce: open === undefined || sensitive === undefined ? undefined : { open, sensitive },
      issues: this.issues,
    };
  }

  private resolve(id: string, above: readonly string[]): Baseline | undefined {
    const ready = this.done.get(id);
    const source = this.byId.get(id);
    if (ready !== undefined || source === undefined) return ready;
    const { written } = source;
    const from = written.extends;
    if (from !== undefined && (from === id || above.includes(from))) {
      this.complain(
        source,
        ['extends'],
        text(
          `${[...above, id, from].join(' extends ')}: a baseline can't extend itself`,
          `기준선이 자기 자신을 확장합니다: ${[...above, id, from].join(' → ')}`,
        ),
      );
      return undefined;
    }
    const parent = from === undefined ? undefined : this.resolve(from, [...above, id]);
    if (from !== undefined && parent === undefined) {
      if (!this.byId.has(from))
        this.complain(source, ['extends'], unknown('baseline', '기준선', from, [...this.byId.keys()]));
      return undefined;
    }
    const rules = new Map(parent?.rules ?? this.ownRules(source));
    const params: Record<string, string> = { ...(parent?.params ?? this.defaults) };
    written.rules.forEach((_, index) => this.apply(source, index, rules, params));
    const baseline: Baseline = {
      id,
      title: written.title,
      origin: source.origin,
      ...(written.grade === undefined ? {} : { grade: written.grade }),
      ...(from === undefined ? {} : { extends: from }),
      rules,
      params,
    };
    this.done.set(id, baseline);
    return baseline;
  }

  /** A shipped baseline of a grade begins with what the rules' own files say. */
  private ownRules({ origin, written }: BaselineSource): Map<RuleId, Enforcement> {
    const { grade } = written;
    if (origin !== 'shipped' || grade === undefined) return new Map();
    return new Map(this.rules.map((rule) => [rule.id, rule.enforcement[grade]]));
  }

  private apply(
    source: BaselineSource,
    index: number,
    rules: Map<RuleId, Enforcement>,
    params: Record<string, string>,
  ): void {
    const entry = source.written.rules[index];
    if (entry === undefined) return;
    const rule = this.rulesById.get(entry.id);
    if (rule === undefined) {
      this.complain(source, ['rules', index, 'id'], unknown('rule', '규칙', entry.id, [...this.rulesById.keys()]));
      return;
    }
    const before = rules.get(rule.id);
    const after = entry.enforcement ?? before ?? 'mandatory';
    if (before === 'mandatory' && STRENGTH[after] < STRENGTH[before])
      this.complain(
        source,
        ['rules', index, 'enforcement'],
        text(
          `'${rule.id}' is mandatory and can't be made ${after}: give an exemption, which names a reason and an end`,
          `'${rule.id}' 규칙은 필수여서 ${after}로 낮출 수 없습니다. 사유와 기한을 정한 예외를 쓰십시오`,
        ),
      );
    else rules.set(rule.id, after);
    for (const [name, value] of Object.entries(entry.params ?? {})) {
      const param = rule.params.find((known) => known.name === name);
      const names = rule.params.map((known) => known.name);
      const why = param === undefined ? unknown('parameter', '매개변수', name, names) : paramComplaint(param, value);
      if (why === undefined) params[paramKey(rule, name)] = paramText(value);
      else this.complain(source, ['rules', index, 'params', name], why);
    }
  }

  private inForce(grade: Grade): Baseline | undefined {
    const [first, second] = [...this.byId.values()].filter(
      ({ origin, written }) => origin === 'site' && written.grade === grade,
    );
    if (second !== undefined)
      this.complain(
        second,
        ['grade'],
        text(
          `two baselines are in force at grade ${grade}: keep one`,
          `등급 ${grade}에 적용되는 기준선이 둘입니다. 하나만 남기십시오`,
        ),
      );
    if (first === undefined) return this.done.get(grade);
    const baseline = this.done.get(first.written.id);
    if (baseline !== undefined && !this.isFrom(baseline, grade))
      this.complain(
        first,
        ['extends'],
        text(
          `a baseline in force at grade ${grade} extends '${grade}', itself or through others: nothing mandatory may be missing`,
          `등급 ${grade}에 적용되는 기준선은 '${grade}'를 직접 또는 다른 기준선을 거쳐 확장해야 합니다. 필수 규칙이 빠질 수 없습니다`,
        ),
      );
    return baseline;
  }

  private isFrom(baseline: Baseline, ancestor: string): boolean {
    for (let at: Baseline | undefined = baseline; at !== undefined;) {
      if (at.id === ancestor) return true;
      at = at.extends === undefined ? undefined : this.done.get(at.extends);
    }
    return false;
  }

  private complain(source: BaselineSource, path: readonly PropertyKey[], message: Text): void {
    const place = source.at(path);
    this.issues.push({ code: 'baseline', file: source.file, ...place, path: path.map(String).join('.'), message });
  }
}

/** What is said of a site's id that could clash with ours in a later version. */
export function sitePrefix(id: string): Text {
  return text(
    `${quoted(id)} is a site's own: begin its id with 'site-', so that no later version of ours clashes with it`,
    `${quoted(id)}: 사이트에서 추가한 항목입니다. 이후 버전과 겹치지 않도록 식별자를 'site-'로 시작하십시오`,
  );
}

function unknown(what: string, korean: string, name: string, names: readonly string[]): Text {
  const guess = nearest(name, names);
  return guess === undefined
    ? text(`there is no ${what} ${quoted(name)}: take it out`, `없는 ${korean}입니다(${quoted(name)}). 빼십시오`)
    : text(
        `there is no ${what} ${quoted(name)}: did you mean '${guess}'?`,
        `없는 ${korean}입니다(${quoted(name)}). 혹시 '${guess}'입니까?`,
      );
}
