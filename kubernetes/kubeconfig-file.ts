import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { text } from '../errors';
import type { KubeconfigSource } from './kubeconfig-context';
import { kubeconfigRefused } from './kubeconfig-document';

const LARGEST = 1024 * 1024;

/**
 * Reads the kubeconfig that is meant: `file`, else KUBECONFIG, else `~/.kube/config`.
 * Throws KubeconfigRefused when it can't be read, and when KUBECONFIG names several files: they are not merged, because what wins is hard to foresee.
 */
export function readKubeconfigFile(file: string | undefined, environment: NodeJS.ProcessEnv): KubeconfigSource {
  const path = file ?? kubeconfigPath(environment);
  return { file: path, text: readBounded(path, path) };
}

/** For files that a kubeconfig names, where that is allowed: relative to the kubeconfig. */
export function besideKubeconfig(file: string): (path: string) => string {
  return (path) => readBounded(resolve(dirname(file), path), file);
}

function kubeconfigPath(environment: NodeJS.ProcessEnv): string {
  const files = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((one) => one !== '');
  const [file] = files;
  if (files.length > 1)
    throw kubeconfigRefused(
      files.join(delimiter),
      text(
        `KUBECONFIG names ${files.length} files and they are not merged; name one of them`,
        `KUBECONFIG에 파일이 ${files.length}개 지정되어 있으나 병합하지 않습니다. 하나만 지정하세요`,
      ),
      [],
      text(
        'kubectl config view --flatten --raw > one.yaml; export KUBECONFIG=$PWD/one.yaml',
        'kubectl config view --flatten --raw > one.yaml; export KUBECONFIG=$PWD/one.yaml',
      ),
    );
  return file ?? join(environment['HOME'] ?? homedir(), '.kube', 'config');
}

/** A regular file of at most 1 MiB; a pipe or a device could block for ever. */
function readBounded(path: string, file: string): string {
  let handle: number;
  try {
    handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw kubeconfigRefused(file, text(`${path} cannot be read (${code})`, `${path}을(를) 읽을 수 없습니다 (${code})`));
  }
  try {
    const about = fstatSync(handle);
    if (!about.isFile() || about.size > LARGEST)
      throw kubeconfigRefused(
        file,
        text(`${path} is not a regular file of at most 1 MiB`, `${path}이(가) 1 MiB 이하의 일반 파일이 아닙니다`),
      );
    return readFileSync(handle, 'utf8');
  } finally {
    closeSync(handle);
  }
}
