import { TestbedError, text, verbatim } from '../../errors';

/** What a type token of the engine stands for. */
export interface TypeName {
  /** `v1`, `apps/v1` */
  readonly apiVersion: string;
  /** `''` for the core group. */
  readonly group: string;
  readonly kind: string;
}

const GROUPS_OF_PROGRAMS = /^(?:helm\.sh|yaml|kustomize)(?:\/|$)/;

/**
 * `kubernetes:apps/v1:StatefulSet` -> apps/v1 StatefulSet; the core group is written `core/v1`. Custom resources have tokens of
 * the same form. Throws UsageWrong for what only the vendor's provider does (Helm, YAML, Kustomize).
 */
export function parseTypeToken(token: string): TypeName {
  const [, module = '', kind = ''] = /^kubernetes:([^:]+):([A-Za-z][A-Za-z0-9]*)$/.exec(token) ?? [];
  if (kind === '' || GROUPS_OF_PROGRAMS.test(module)) throw refusedType(token);
  const apiVersion = module.startsWith('core/') ? module.slice('core/'.length) : module;
  const slash = apiVersion.indexOf('/');
  return { apiVersion, group: slash < 0 ? '' : apiVersion.slice(0, slash), kind };
}

/** Whether the token is one of `<Kind>List` or `<Kind>Patch` of the SDK, which stand for no object of their own. */
export function isDerivedKind(type: TypeName, inputs: { readonly kind?: unknown; readonly items?: unknown }): boolean {
  if (type.kind.endsWith('List') && inputs.items !== undefined) return true;
  return type.kind.endsWith('Patch') && type.kind !== 'Patch' && inputs.kind !== type.kind;
}

const VENDOR_HINT = verbatim('testbed up --provider vendor');

/** A function of the vendor's provider, or a component that it builds. */
export function refusedFunction(token: string): TestbedError {
  return new TestbedError(
    'UsageWrong',
    text(
      `the embedded provider has no function or component "${token}": it applies plain objects and custom resources, not charts, manifests, lists or patches`,
      `내장 프로바이더에는 함수 또는 컴포넌트 "${token}"이(가) 없습니다. 개별 객체와 사용자 정의 리소스만 적용하며 차트, 매니페스트, 목록, 패치는 다루지 않습니다`,
    ),
    { hint: VENDOR_HINT },
  );
}

/** The embedded provider does not do this; the vendor's does. */
export function refusedType(token: string): TestbedError {
  return new TestbedError(
    'UsageWrong',
    text(
      `the embedded provider has no "${token}": it applies plain objects and custom resources, not charts, manifests, lists or patches`,
      `내장 프로바이더는 "${token}"을(를) 지원하지 않습니다. 개별 객체와 사용자 정의 리소스만 적용하며 차트, 매니페스트, 목록, 패치는 다루지 않습니다`,
    ),
    { hint: VENDOR_HINT },
  );
}
