/** What the server answers on /econome/v1. Money is a decimal string, a duration seconds. */

export type Money = string | null;

export const INPUT_BUCKETS = [
  "uncached",
  "cache_read",
  "cache_read_audio",
  "cache_write_5m",
  "cache_write_1h",
  "audio_in",
  "image_in",
  "video_in",
] as const;
export const OUTPUT_BUCKETS = ["text_out", "reasoning", "audio_out", "image_out"] as const;
export const BUCKETS = [...INPUT_BUCKETS, ...OUTPUT_BUCKETS] as const;
export type Bucket = (typeof BUCKETS)[number];

export const FEES = [
  "request",
  "second",
  "web_search",
  "file_search",
  "code_execution",
  "grounding",
  "image",
  "page",
  "audio_second",
  "character",
] as const;
export type Fee = (typeof FEES)[number];

/** In which money the amounts of an answer are. */
export interface Terms {
  /** "recorded", or the day whose prices they are at. */
  prices: string;
  currency: string;
}

/** What was estimated, beside the totals and never in them. */
export interface Estimated {
  cost: Money;
  input: number | null;
  output: number | null;
}

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
  marked: number;
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
  fee_cost: Money;
  estimated: Estimated;
  reported: { calls: number; ours: Money; cost: Money; difference: Money };
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

export interface Overview extends Terms {
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
  "prompt",
  "prompt_version",
  "call_site",
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
  uncounted: "" | "wrapper" | "wrapped" | "served" | "repeated" | "shadowed" | "replayed";
  fees: Record<string, number>;
  fee_cost: Money;
  our_cost: Money;
  /** What of the labels comes from above. */
  inherited: string[];
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
  fee_cost: Money;
  estimated: Estimated;
  coverage: Coverage;
}

export interface RunPage {
  rows: RunRow[];
  next: string | null;
}

export interface Facets {
  facets: { name: string; values: { value: string; label: string; runs: number }[] }[];
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

/** A rate: an amount, or an amount and what holds from so many input tokens on. */
export type Rate = string | [string, ...[number, string][]];

export interface Price {
  id: string | null;
  source: string;
  source_version: string;
  provider: string;
  model: string;
  project: string;
  valid_from: string | null;
  tier: string;
  rates: Partial<Record<Bucket, Rate>>;
  fees: Partial<Record<Fee, string>>;
  discount: string;
  note: string;
  author: string;
  created_at: string | null;
  editable: boolean;
}

export interface Unpriced {
  provider: string;
  model: string;
  tier: string;
  calls: number;
  input: number | null;
  output: number | null;
  first: string;
  last: string;
  reasons: string[];
}

export interface BillLine {
  bucket?: Bucket;
  fee?: Fee;
  count: string | number;
  rate: string;
  cost: string;
}

export interface Explained {
  run: string | null;
  asked: { provider: string; model: string; tier: string };
  price: Omit<Price, "note" | "author" | "created_at" | "editable"> | null;
  recorded?: Omit<Price, "note" | "author" | "created_at" | "editable"> | null;
  is_recorded?: boolean;
  lines: BillLine[];
  cost: Money;
  our_cost?: Money;
  cost_reported: Money;
  difference: Money;
  steps: { source: string; version: string; model: string; found: boolean; why: string }[];
}

export interface Repricing {
  id: string;
  state: string;
  author: string;
  created_at: string;
  since: string;
  until: string;
  filter: string;
  runs: number;
  unpriced_before: number;
  unpriced_after: number;
  expected: number;
  changed: number;
  cost_before: string;
  cost_after: string;
  difference: string;
  by_model: {
    provider: string;
    model: string;
    runs: number;
    changed: number;
    before: string;
    after: string;
  }[];
}

export interface JournalEntry {
  at: string;
  id: string;
  author: string;
  action: string;
  detail: Record<string, unknown>;
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

const OF_CALLS: ReadonlySet<string> = new Set(["model", "provider", "kind", "usage_source"]);

/** How fast a value of a dimension is: its traces, or its calls where traces have no such value. */
export function speedOf(totals: Totals, by: string): Quantiles {
  return totals.traces && !OF_CALLS.has(by) ? totals.latency : totals.call_latency;
}
