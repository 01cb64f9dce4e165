/** What metrics told, apart from runs. */
export interface Metered {
  rows: {
    project: { id: string; name: string };
    service: string;
    model: string;
    /** Runs tell the same: it counts there. */
    also_traced: boolean;
    tokens: { input: number | null; output: number | null };
    calls: number | null;
    cost: string | null;
    /** What the cost takes for granted. */
    supposed: string[];
  }[];
}
