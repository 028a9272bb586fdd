import { text } from '../../errors';
import { defineCommand } from '../cli/command';
import { line, toned } from '../cli/view';
import { changeBlocks, countLine } from './operation-view';
import { planBlocks } from './plan-view';
import { PROVIDER_FLAG } from './provider-flag';
import { SPEC_FLAGS } from './spec-flags';
import { TARGET_FLAGS } from './target-flags';
import { nextStep } from './testbed-view';

export const previewCommand = defineCommand({
  name: 'preview',
  summary: text('show what `up` would do; changes nothing', '`up`이 무엇을 할지 보여 주고 아무것도 변경하지 않습니다'),
  description: text(
    "The rules judge the whole plan; then the cluster's own dry run judges every object, guard rails and quota included.",
    '먼저 규칙으로 전체 계획을 판정하고, 이어서 보호 규칙과 할당량을 포함해 클러스터의 모의 실행(dry run)으로 모든 객체를 판정합니다.',
  ),
  positionals: {},
  flags: { ...SPEC_FLAGS, ...TARGET_FLAGS, ...PROVIDER_FLAG },
  examples: [
    { command: 'testbed preview', summary: text('of ./testbed.yaml', './testbed.yaml 기준') },
    { command: 'testbed preview -f care.yaml', summary: text('of another file', '다른 파일 기준') },
  ],
  handler: async (args, context) => {
    const [{ preview }, { withProvider }] = await Promise.all([
      import('../../operations/preview.js'),
      import('../../operations/with-provider.js'),
    ]);
    return preview(args, withProvider(args, context));
  },
  view: ({ name, id, operation, plan }) => [
    ...changeBlocks(operation.changes),
    countLine(operation),
    ...planBlocks(plan),
    line(
      operation.changes.length === 0
        ? text(`'${name}' is as the spec says`, `'${name}'은(는) 이미 명세와 같습니다`)
        : id === undefined
          ? text(`'${name}' would be new`, `'${name}'을(를) 새로 만들게 됩니다`)
          : text(`'${name}' (${id}) would change`, `'${name}'(${id})이(가) 변경됩니다`),
    ),
    ...(operation.changes.length === 0 ? [] : [line(toned('soft', nextStep('npx testbed up')))]),
  ],
});
