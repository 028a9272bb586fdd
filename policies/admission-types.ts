/** The objects by which the API server judges, as far as we use them (admissionregistration.k8s.io/v1). Lists are plain arrays, as the API's own types have them. */

export interface AdmissionRule {
  readonly apiGroups: string[];
  readonly apiVersions: string[];
  readonly operations: ('CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT')[];
  readonly resources: string[];
  readonly scope?: 'Cluster' | 'Namespaced' | '*';
}

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: {
    readonly key: string;
    readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
    readonly values?: string[];
  }[];
}

export interface AdmissionPolicy {
  readonly apiVersion: 'admissionregistration.k8s.io/v1';
  readonly kind: 'ValidatingAdmissionPolicy';
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly failurePolicy: 'Fail';
    readonly paramKind?: { readonly apiVersion: string; readonly kind: string };
    readonly matchConstraints: {
      readonly resourceRules: AdmissionRule[];
      readonly excludeResourceRules?: AdmissionRule[];
      readonly namespaceSelector?: LabelSelector;
      readonly objectSelector?: LabelSelector;
    };
    readonly matchConditions?: { readonly name: string; readonly expression: string }[];
    readonly variables?: { readonly name: string; readonly expression: string }[];
    readonly validations: {
      readonly expression: string;
      /** One line: the API server refuses more. */
      readonly message: string;
      /** Its value takes the place of `message`, where it can be evaluated. */
      readonly messageExpression?: string;
      readonly reason: 'Forbidden' | 'Invalid';
    }[];
  };
}

export interface AdmissionPolicyBinding {
  readonly apiVersion: 'admissionregistration.k8s.io/v1';
  readonly kind: 'ValidatingAdmissionPolicyBinding';
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly policyName: string;
    readonly validationActions: ('Deny' | 'Audit' | 'Warn')[];
    readonly paramRef?: {
      readonly name: string;
      readonly namespace: string;
      readonly parameterNotFoundAction: 'Deny';
    };
    readonly matchResources?: { readonly namespaceSelector: LabelSelector };
  };
}
