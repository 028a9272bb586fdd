import { spawn } from 'node:child_process';
import { resolve as pathOf } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isTestbedError, reasonOf, text, type Text } from '../errors';
import { takeClaim } from './claims/claim';
import { openDataKeys } from './data-keys';
import { openKeyService } from './key-service';
import { layOutState, readLocalState } from './local-state';
import { holdState, statePlace, type HeldState } from './published-state';
import { fullStackName } from './stack-name';
import { headOf } from './state';
import { openStateKey } from './state-key';
import { openStore } from './store/open-store';
import type { StackReference } from './types';
import { makeWorkDirectory } from './work-directory';

/*
 * Runs one command of the vendor's CLI on a stack of ours, for whom our own commands do not suffice (an export, a repair, the move to another secrets
 * provider): `node bin/run.cjs engine/with-state-key-main KEYS STORE STACK pulumi stack export --stack organization/testbed/STACK`, in a
 * folder with a Pulumi.yaml of the project. KEYS is the site's folder of keys; STORE its folder `store`, or what TESTBED_STATE names. The key service lives as long
 * as the command, which works on a copy; where it changed that, the copy is published, while nothing else may work on the stack.
 */
async function main([keys, place, name, command, ...words]: readonly string[]): Promise<number> {
  if (keys === undefined || place === undefined || name === undefined || command === undefined) {
    const call = 'with-state-key-main KEYS STORE STACK COMMAND [WORDS...]';
    return refuse(text(`usage: ${call}`, `사용법: ${call}`));
  }
  const isUrl = /^[a-z0-9]+:\/\//.test(place);
  const store = await openStore({
    directory: pathOf(place),
    ...(isUrl ? { url: place } : {}),
    environment: process.env,
  });
  const claim = await takeClaim({ store, stack: name, purpose: command });
  try {
    const held = await holdState(claim, { name, store });
    if (held.content === undefined) {
      const stack = fullStackName(name);
      return refuse(text(`there is no stack ${stack} in ${place}`, `${place}에 스택 ${stack}이(가) 없습니다`));
    }
    const dataKey = await openDataKeys({ store, directory: keys }).forStack(name);
    return await onCopy({ name, store, dataKey }, held, held.content, (environment) =>
      run(command, words, environment),
    );
  } finally {
    await claim.giveBack();
    await store.close();
  }
}

type Environment = Readonly<Record<string, string>>;

async function onCopy(
  stack: StackReference,
  held: HeldState,
  content: string,
  work: (environment: Environment) => Promise<number>,
): Promise<number> {
  const { name, dataKey } = stack;
  const { sealedKey: ciphertext } = headOf(name, content, statePlace(stack));
  const service =
    ciphertext === undefined
      ? undefined
      : await openKeyService({ stack: name, ciphertext, key: openStateKey(name, dataKey, ciphertext) });
  const folder = makeWorkDirectory();
  try {
    layOutState(folder.state, name, content);
    const code = await work({
      PULUMI_BACKEND_URL: `${pathToFileURL(folder.state).href}?metadata=skip`,
      PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: 'true',
      PULUMI_SKIP_UPDATE_CHECK: 'true',
      ...(service?.environment ?? { PULUMI_CONFIG_PASSPHRASE: dataKey }),
    });
    const after = readLocalState(folder.state, name);
    headOf(name, after, folder.state);
    if (after !== content) await held.publish(after);
    return code;
  } finally {
    folder.remove();
    service?.close();
  }
}

function run(command: string, words: readonly string[], environment: Environment): Promise<number> {
  const child = spawn(command, words, { stdio: 'inherit', env: { ...process.env, ...environment } });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
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
