import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openPlace, runCli } from './run-cli';

test.each(['up', 'preview', 'down care-lab --yes'])(
  "'%s --provider vendor' says before anything else that the vendor's provider is not installed",
  async (command) => {
    const words = command.split(' ');
    await using place = openPlace();
    const english = await runCli([...words, '--provider', 'vendor', '-o', 'json'], place);
    expect(JSON.parse(english.stderr)).toMatchObject({
      code: 'ToolMissing',
      message: `the vendor's Kubernetes provider is not installed: pulumi-resource-kubernetes is neither in ${join(place.folder, '.pulumi/plugins')} nor on PATH`,
      hint: 'pulumi plugin install resource kubernetes',
    });
    const korean = await runCli([...words, '--provider', 'vendor', '--lang', 'ko'], place);
    expect(korean.stderr).toContain('공급사의 Kubernetes 프로바이더가 설치되어 있지 않습니다');
    expect([english.code, korean.code]).toEqual([1, 1]);
  },
);

test('--provider is one of two', async () => {
  await using place = openPlace();
  const refused = await runCli(['preview', '--provider', 'other'], place);
  expect([refused.code, refused.stderr]).toEqual([
    2,
    "error: --provider is 'other', which is none of embedded, vendor\n",
  ]);
});
