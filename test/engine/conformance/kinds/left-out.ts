/** Built-in kinds of which no object is applied here, by `<apiVersion>/<kind>`, and why. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  'v1/Binding': 'a question to the server (which node for a pod), nothing that stays',
  'authorization.k8s.io/v1/LocalSubjectAccessReview': 'a question to the server, nothing that stays',
  'authorization.k8s.io/v1/SelfSubjectAccessReview': 'a question to the server, nothing that stays',
  'authorization.k8s.io/v1/SelfSubjectRulesReview': 'a question to the server, nothing that stays',
  'authorization.k8s.io/v1/SubjectAccessReview': 'a question to the server, nothing that stays',
  'authentication.k8s.io/v1/SelfSubjectReview': 'a question to the server, nothing that stays',
  'authentication.k8s.io/v1/TokenReview': 'a question to the server, nothing that stays',
  'v1/ComponentStatus': 'can only be read',
  'v1/Node': 'stands for a machine: the scheduler and the controllers of all tests would work with it',
  'storage.k8s.io/v1/CSINode': 'stands for a machine and is written by its agent',
  'storage.k8s.io/v1/VolumeAttachment': 'made and ended by the attach controller for a machine',
  'resource.k8s.io/v1/ResourceSlice': 'made by a driver on a machine, ended with its node',
  'apiregistration.k8s.io/v1/APIService': 'a group that nobody serves breaks discovery for all tests beside this one',
  'networking.k8s.io/v1/ServiceCIDR': 'changes from which range all services get their addresses',
  'networking.k8s.io/v1/IPAddress': 'made by the server for each service, and taken back by it',
  'certificates.k8s.io/v1/CertificateSigningRequest': 'a question to the signers; it ends by itself',
};
