import type { Code, Frame } from './frame';
import { isAnyMap, keysOf, memberOf } from './maps';
import { undecided } from './operators';
import type { Compile, Scope } from './scope';
import { partsOf, type Expression } from './syntax';
import { Failure, isList, mergeUnknown, notPlain, typeName, Unknown, type Value, type ValueList } from './values';

type Macro = Expression & { kind: 'macro' };

/** `list.all(variable, predicate)` and its kin. Each round is charged with the size of what it evaluates. */
export function compileMacro(node: Macro, scope: Scope, compile: Compile): Code {
  const over = compile(node.over, scope);
  const inner: Scope = { ...scope, locals: [...scope.locals, node.variable] };
  const place = scope.locals.length;
  const predicate = node.predicate === undefined ? undefined : compile(node.predicate, inner);
  const transform = node.transform === undefined ? undefined : compile(node.transform, inner);
  const cost =
    1 +
    partsOf(node)
      .slice(1)
      .reduce((sum, part) => sum + sizeOf(part), 0);
  const round =
    (code: Code) =>
    (frame: Frame, item: Value): Value => {
      frame.charge(cost);
      frame.locals[place] = item;
      return code(frame);
    };
  const always: Code = () => true;
  switch (node.name) {
    case 'all':
      return quantifier(over, round(predicate ?? always), false);
    case 'exists':
      return quantifier(over, round(predicate ?? always), true);
    case 'exists_one':
      return collection(over, round(predicate ?? always), undefined, (found) => found.length === 1);
    case 'filter':
      return collection(over, round(predicate ?? always), undefined, (found) => found);
    case 'map':
      return collection(over, round(predicate ?? always), transform, (found) => found);
  }
}

type Round = (frame: Frame, item: Value) => Value;

function sizeOf(node: Expression): number {
  return partsOf(node).reduce((sum, part) => sum + sizeOf(part), 1);
}

/** `all` (`decisive` false) and `exists` (true): as && and || over the items. */
function quantifier(over: Code, round: Round, decisive: boolean): Code {
  return (frame) => {
    const range = over(frame);
    if (!isList(range)) return quantifierOfKeys(range, frame, round, decisive);
    let result: Value = !decisive;
    for (let index = 0; index < range.length; index++) {
      const verdict = round(frame, range[index] ?? null);
      if (verdict === decisive) return decisive;
      if (typeof verdict !== 'boolean') result = undecided(result, verdict);
    }
    return result;
  };
}

/** The key of an unknown member may turn out to be absent, so that its verdict decides nothing. */
function quantifierOfKeys(range: Value, frame: Frame, round: Round, decisive: boolean): Value {
  if (!isAnyMap(range)) return noRange(range);
  let result: Value = !decisive;
  for (const key of keysOf(range)) {
    const member = memberOf(range, key);
    const verdict = round(frame, key);
    if (verdict === !decisive) continue;
    if (member instanceof Unknown) result = undecided(result, member);
    else if (verdict === decisive) return decisive;
    else result = undecided(result, verdict);
  }
  return result;
}

/** filter, map and exists_one: an error in any round is the result, else whatever is unknown in one. */
function collection(over: Code, round: Round, transform: Code | undefined, result: (found: ValueList) => Value): Code {
  return (frame) => {
    const range = itemsOf(over(frame));
    if (!isList(range)) return range;
    const found: Value[] = [];
    let unknown: Unknown | undefined;
    for (let index = 0; index < range.length; index++) {
      const item = range[index] ?? null;
      const verdict = round(frame, item);
      if (verdict === false) continue;
      const kept = verdict === true ? (transform === undefined ? item : transform(frame)) : mustBeBool(verdict);
      if (kept instanceof Failure) return kept;
      if (kept instanceof Unknown && (verdict !== true || transform !== undefined))
        unknown = unknown === undefined ? kept : mergeUnknown(unknown, kept);
      else found.push(kept);
    }
    return unknown ?? result(found);
  };
}

function mustBeBool(verdict: Value): Value {
  return notPlain([verdict]) ?? new Failure(`no such overload: ${typeName(verdict)} where a bool is needed`);
}

/** The items of a list or the keys of a map; unknown while a member of the map is. */
function itemsOf(range: Value): Value {
  if (isList(range)) return range;
  if (!isAnyMap(range)) return noRange(range);
  const keys = keysOf(range);
  const unknown = notPlain(keys.map((key) => memberOf(range, key) ?? null));
  return unknown ?? keys;
}

function noRange(range: Value): Value {
  return notPlain([range]) ?? new Failure(`no such overload: a ${typeName(range)} has no items`);
}
