import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { text } from '../errors';
import { kubeconfigContext, type KubeconfigContext, type KubeconfigOptions } from './kubeconfig-context';
import { kubeconfigRefused } from './kubeconfig-document';

const LARGEST = 1024 * 1024;

/**
 * The kubeconfig that the environment means: KUBECONFIG, else `~/.kube/config`.
 * Throws KubeconfigRefused when KUBECONFIG names several files: they are not merged, because what wins is hard to foresee.
 */
export function kubeconfigPath(environment: NodeJS.ProcessEnv, home: string): string {
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
  return file ?? join(home, '.kube', 'config');
}

/** Reads one context of a kubeconfig file (see kubeconfigContext). Files that it names, where `allow` lets them through, are found beside it. */
export function readKubeconfig(file: string, options: Omit<KubeconfigOptions, 'readFile'> = {}): KubeconfigContext {
  const readFile = (path: string): string => readBounded(resolve(dirname(file), path), file);
  return kubeconfigContext({ file, text: readBounded(file, file) }, { ...options, readFile });
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
