import { authorityCertificate, issueCertificate, newKeyPem, type Validity } from '../../x509/certificates';

/** What the proxy shows of itself. `right` is what its kubeconfig trusts. */
export type Shown = 'right' | 'other-authority' | 'expired' | 'other-name';

export interface ProxyCertificates {
  readonly caPem: string;
  of(shown: Shown): { readonly cert: string; readonly key: string };
}

const DAY_MS = 86_400_000;

/** An authority of the proxy's own, and leaves of every quality. */
export function proxyCertificates(): ProxyCertificates {
  const [ca, other] = [authority('fault-proxy-ca'), authority('another-ca')];
  return {
    caPem: ca.certPem,
    of: (shown) => {
      const leaf = issueCertificate(
        shown === 'other-authority' ? other : ca,
        {
          commonName: 'fault-proxy',
          usages: ['server'],
          addresses: [shown === 'other-name' ? '192.0.2.1' : '127.0.0.1'],
        },
        shown === 'expired' ? days(-20, -10) : days(-1, 10),
      );
      return { cert: leaf.certPem, key: leaf.keyPem };
    },
  };
}

function authority(commonName: string): {
  readonly commonName: string;
  readonly keyPem: string;
  readonly certPem: string;
} {
  const keyPem = newKeyPem();
  return { commonName, keyPem, certPem: authorityCertificate(commonName, keyPem, days(-30, 30)) };
}

function days(from: number, to: number): Validity {
  return { from: new Date(Date.now() + from * DAY_MS), to: new Date(Date.now() + to * DAY_MS) };
}
