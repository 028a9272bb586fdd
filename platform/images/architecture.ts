import { text } from '../../errors';
import { buildFailed } from './image-errors';

/** What Debian calls this machine's processor; images are for the machine that builds them. */
export function debianArchitecture(): 'amd64' | 'arm64' {
  if (process.arch === 'x64') return 'amd64';
  if (process.arch === 'arm64') return 'arm64';
  throw buildFailed(
    text(`there are no images for the processor ${process.arch}`, `${process.arch} 프로세서용 이미지는 없습니다`),
  );
}
