import { text, type Text } from '../errors';

/** What a kubeconfig may ask for beyond data in the file itself. `paths`: certificate-authority, client-certificate and client-key by file name. */
export type KubeconfigFeature =
  | 'tokenFile'
  | 'paths'
  | 'exec'
  | 'auth-provider'
  | 'username-password'
  | 'insecure-skip-tls-verify'
  | 'impersonation'
  | 'proxy-url';

/** These two only read files; all others can't be allowed in this version. */
export const ALLOWABLE: readonly KubeconfigFeature[] = ['tokenFile', 'paths'];

export const FEATURES_OF_USER: Readonly<Record<string, KubeconfigFeature>> = {
  tokenFile: 'tokenFile',
  'client-certificate': 'paths',
  'client-key': 'paths',
  exec: 'exec',
  'auth-provider': 'auth-provider',
  username: 'username-password',
  password: 'username-password',
  as: 'impersonation',
  'as-uid': 'impersonation',
  'as-groups': 'impersonation',
  'as-user-extra': 'impersonation',
};

export const FEATURES_OF_CLUSTER: Readonly<Record<string, KubeconfigFeature>> = {
  'certificate-authority': 'paths',
  'insecure-skip-tls-verify': 'insecure-skip-tls-verify',
  'proxy-url': 'proxy-url',
};

/** Why each is refused and what to do instead. */
export const WHY_REFUSED: Readonly<Record<KubeconfigFeature, Text>> = {
  exec: text(
    'it names a program to run, which is never done in this version, however trusted; use a token or a client certificate instead',
    '실행할 프로그램을 지정합니다. 이 버전에서는 어떤 경우에도 실행하지 않으므로 토큰이나 클라이언트 인증서를 사용하세요',
  ),
  'auth-provider': text(
    'it may run programs, which is never done in this version, however trusted; use a token or a client certificate instead',
    '프로그램을 실행할 수 있습니다. 이 버전에서는 어떤 경우에도 실행하지 않으므로 토큰이나 클라이언트 인증서를 사용하세요',
  ),
  tokenFile: text(
    'it names a file to read and send to the server; allow it by name (tokenFile) or put the token into the file',
    '서버로 보낼 파일을 지정합니다. 이름(tokenFile)으로 허용하거나 토큰을 이 파일에 직접 적으세요',
  ),
  paths: text(
    'it names a file to read; allow it by name (paths) or put the data into the file (kubectl config view --flatten --raw)',
    '읽을 파일을 지정합니다. 이름(paths)으로 허용하거나 데이터를 이 파일에 직접 넣으세요 (kubectl config view --flatten --raw)',
  ),
  'username-password': text(
    'Kubernetes no longer accepts user names and passwords; use a token or a client certificate',
    'Kubernetes는 더 이상 사용자 이름과 비밀번호를 받지 않습니다. 토큰이나 클라이언트 인증서를 사용하세요',
  ),
  'insecure-skip-tls-verify': text(
    'the server would not be verified; give certificate-authority-data instead',
    '서버를 검증하지 않게 됩니다. certificate-authority-data를 지정하세요',
  ),
  impersonation: text(
    'acting as another user is not supported; use a credential of that user',
    '다른 사용자로 가장하는 기능은 지원하지 않습니다. 해당 사용자의 자격 증명을 사용하세요',
  ),
  'proxy-url': text(
    'proxies are not supported; use an address that is reached directly',
    '프록시는 지원하지 않습니다. 직접 연결되는 주소를 사용하세요',
  ),
};
