/** What the dashboard itself knows of the API: what its types say stands in api.gen.ts. */

import type { Bucket, Fee, Price, Quantiles, Totals } from "./api.gen.ts";

export type * from "./api.gen.ts";

/** An exact decimal text; null is unknown. */
export type Money = string | null;

/** What a million tokens cost, or that and what holds from so many tokens of input on. */
export type PriceRate = Price["rates"][Bucket];

/** A list that leaves none of `T` out, in the order in which they are shown. */
const all =
  <T extends string>() =>
  <const L extends readonly T[]>(list: [T] extends [L[number]] ? L : never) =>
    list;

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
export const BUCKETS = all<Bucket>()([...INPUT_BUCKETS, ...OUTPUT_BUCKETS]);

export const FEES = all<Fee>()([
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
]);

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

const OF_CALLS: ReadonlySet<string> = new Set(["model", "provider", "kind", "usage_source"]);

/** How fast a value of a dimension is: its traces, or its calls where traces have no such value. */
export function speedOf(totals: Totals, by: string): Quantiles {
  return totals.traces && !OF_CALLS.has(by) ? totals.latency : totals.call_latency;
}
