import { text } from '../../errors';
import { choiceFlag } from '../cli/flags';

/** What applies the objects: our own provider, or the vendor's where it is installed. */
export const PROVIDER_FLAG = {
  provider: choiceFlag(['embedded', 'vendor'], 'embedded', {
    placeholder: 'PROVIDER',
    summary: text(
      "what applies the objects; `vendor` starts the engine vendor's installed Kubernetes provider, and fetches none",
      '객체를 적용할 프로바이더. `vendor`는 설치된 공급사 Kubernetes 프로바이더를 실행하며 내려받지는 않습니다',
    ),
  }),
};
