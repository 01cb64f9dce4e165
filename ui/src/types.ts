/** What the server answers on /econome/v1. Money is a decimal string, a duration seconds. */

export type Money = string | null;

export const INPUT_BUCKETS = [
  "uncached",
  "cache_read",
  "cache_write_5m",
  "cache_write_1h",
  "audio_in",
  "image_in",
] as const;
export const OUTPUT_BUCKETS = ["text_out", "reasoning", "audio_out", "image_out"] as const;
export const BUCKETS = [...INPUT_BUCKETS, ...OUTPUT_BUCKETS] as const;
export type Bucket = (typeof BUCKETS)[number];

export type Tokens = Record<Bucket | "input" | "output" | "total", number | null>;

export interface Coverage {
  calls: number;
  priced: number;
  unpriced: number;
  reported: number;
  counted: number;
  estimated: number;
  unknown: number;
  settling: number;
}

export interface Quantiles {
  p50: number | null;
  p95: number | null;
}

export interface Totals {
  runs: number;
  traces: number;
  calls: number;
  errors: number;
  failed_calls: number;
  tokens: Tokens;
  cost: Money;
  input_cost: Money;
  output_cost: Money;
  tokens_per_call: { input: number | null; output: number | null };
  latency: Quantiles;
  first_token: Quantiles;
  call_latency: Quantiles;
  coverage: Coverage;
}

export interface Session {
  authenticated: boolean;
  open: boolean;
  role: "ingest" | "read" | "admin" | null;
  workspace: { id: string; name: string } | null;
  version: string;
  sample: { loaded: boolean };
  features: { text_index: boolean };
}

export interface Overview {
  since: string;
  until: string;
  totals: Totals;
  previous: { since: string; until: string; totals: Totals };
  data: { runs: number; first: string | null; last: string | null };
}

export const DIMENSIONS = [
  "model",
  "project",
  "provider",
  "name",
  "user",
  "session",
  "tag",
  "environment",
  "kind",
  "status",
  "usage_source",
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export interface Spend {
  by: string;
  rows: { value: string; label: string; totals: Totals }[];
  others: number;
}

export interface SeriesLine {
  value: string | null;
  label: string;
  calls: number[];
  runs: number[];
  errors: number[];
  input_tokens: (number | null)[];
  output_tokens: (number | null)[];
  cost: Money[];
  priced_calls: number[];
  known_calls: number[];
  p50: (number | null)[];
  p95: (number | null)[];
}

export interface Series {
  by: string;
  step: number;
  latency_of: "calls" | "traces";
  since: string;
  until: string;
  times: string[];
  series: SeriesLine[];
}

export type UsageSource = "reported" | "counted" | "estimated" | "unknown" | "";
export type Status = "pending" | "success" | "error";

export interface RunRow {
  id: string;
  trace_id: string;
  parent_id: string | null;
  project: { id: string; name: string };
  name: string;
  kind: string;
  status: Status;
  error: string;
  started_at: string;
  ended_at: string | null;
  latency: number | null;
  first_token: number | null;
  model: string;
  model_asked: string;
  model_answered: string;
  provider: string;
  service_tier: string;
  tokens: Tokens;
  usage_source: UsageSource;
  usage_convention: string;
  counted: boolean;
  cost: Money;
  input_cost: Money;
  output_cost: Money;
  cost_reported: Money;
  temperature: number | null;
  top_p: number | null;
  max_tokens: number | null;
  streamed: boolean | null;
  tags: string[];
  metadata: Record<string, string>;
  user: string;
  session: string;
  environment: string;
  input_preview: string;
  output_preview: string;
  notes: string[];
  totals?: RollUp;
}

export interface RollUp {
  runs: number;
  calls: number;
  errors: number;
  tokens: Tokens;
  cost: Money;
  input_cost: Money;
  output_cost: Money;
  coverage: Coverage;
}

export interface RunPage {
  rows: RunRow[];
  next: string | null;
}

export interface Facets {
  facets: { name: string; values: { value: string; label: string; runs: number }[] }[];
}

export interface TreeRun extends RunRow {
  depth: number;
  children: number;
  self_seconds: number | null;
  critical: boolean;
  subtree: { tokens: Tokens; cost: Money; calls: number };
  orphan?: boolean;
}

export interface Trace {
  trace: {
    id: string;
    project: { id: string; name: string };
    name: string;
    status: Status;
    started_at: string;
    ended_at: string | null;
    latency: number | null;
    totals: RollUp;
    truncated?: boolean;
  };
  runs: TreeRun[];
}

export interface PriceLine {
  bucket: Bucket;
  tokens: number;
  rate: string;
  cost: string;
}

export interface RunWhole {
  run: RunRow;
  inputs: unknown;
  outputs: unknown;
  events: unknown[];
  extra: Record<string, unknown>;
  serialized: unknown;
  error: string;
  attachments: { name: string; mime: string; size: number; url: string }[];
  price: {
    source: string;
    source_version: string;
    provider: string;
    model: string;
    valid_from: string | null;
    tier: string;
    lines: PriceLine[];
  } | null;
  segments: Record<string, number>;
  feedback: {
    key: string;
    score: number | boolean | null;
    value: unknown;
    comment: string | null;
    created_at: string;
  }[];
}

export interface Project {
  id: string;
  name: string;
  description: string;
  created_at: string;
  runs: number;
  last_run_at: string | null;
}

export interface Key {
  id: string;
  name: string;
  role: "ingest" | "read" | "admin";
  projects: string | null;
  hint: string;
  created_at: string;
}

const OF_CALLS: ReadonlySet<Dimension> = new Set(["model", "provider", "kind", "usage_source"]);

/** How fast a value of a dimension is: its traces, or its calls where traces have no such value. */
export function speedOf(totals: Totals, by: Dimension): Quantiles {
  return totals.traces && !OF_CALLS.has(by) ? totals.latency : totals.call_latency;
}
