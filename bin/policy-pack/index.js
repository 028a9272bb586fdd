// What @pulumi/pulumi/cmd/run-policy-pack loads of this folder; it may run under an older Node than ours.
'use strict';
require('../testbed-policy-pack');
