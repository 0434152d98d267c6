/** A delta that does not fit the state it is applied to (rule S-3). */
export class OutOfStep extends Error {}
