/** Where the shipped rules and baselines are, below the package. */
export const SHIPPED_RULES = 'policies/catalogue';
export const SHIPPED_BASELINES = 'policies/baselines';
