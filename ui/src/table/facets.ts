/** A value to choose from, and how many runs have it. */
export interface Value {
  value: string;
  label: string;
  runs: number;
}
