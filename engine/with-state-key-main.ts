import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { isTestbedError, reasonOf, text, type Text } from '../errors';
import { openDataKeys } from './data-keys';
import { openKeyService } from './key-service';
import { fullStackName } from './stack-name';
import { readStack } from './state';
import { openStateKey } from './state-key';

/*
 * Runs one command of the vendor's CLI on a stack of ours, for whom our own commands do not suffice (an export, a repair, the move to another secrets
 * provider): `node bin/run.cjs engine/with-state-key-main KEYS STATE STACK pulumi stack export --stack organization/testbed/STACK`, in a
 * folder with a Pulumi.yaml of the project. KEYS and STATE are the site's folders. The key service lives as long as the command.
 */
async function main([keys, stateDirectory, name, command, ...words]: readonly string[]): Promise<number> {
  if (keys === undefined || stateDirectory === undefined || name === undefined || command === undefined) {
    const call = 'with-state-key-main KEYS STATE STACK COMMAND [WORDS...]';
    return refuse(text(`usage: ${call}`, `사용법: ${call}`));
  }
  const state = readStack({ name, stateDirectory });
  if (state === undefined) {
    const stack = fullStackName(name);
    return refuse(
      text(`there is no stack ${stack} in ${stateDirectory}`, `${stateDirectory}에 스택 ${stack}이(가) 없습니다`),
    );
  }
  const dataKey = await openDataKeys({ directory: keys }).forStack(name);
  const { sealedKey: ciphertext } = state;
  const service =
    ciphertext === undefined
      ? undefined
      : await openKeyService({ stack: name, ciphertext, key: openStateKey(name, dataKey, ciphertext) });
  const child = spawn(command, words, {
    stdio: 'inherit',
    env: {
      ...process.env,
      PULUMI_BACKEND_URL: `${pathToFileURL(stateDirectory).href}?metadata=skip`,
      PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: 'true',
      PULUMI_SKIP_UPDATE_CHECK: 'true',
      ...(service?.environment ?? { PULUMI_CONFIG_PASSPHRASE: dataKey }),
    },
  });
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve(code ?? 1));
    });
  } finally {
    service?.close();
  }
}

function refuse(words: Text): number {
  process.stderr.write(`${words.en}\n${words.ko}\n`);
  return 2;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    refuse(isTestbedError(error) ? error.text : text(reasonOf(error), reasonOf(error)));
    process.exitCode = 1;
  },
);
