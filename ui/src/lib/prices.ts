/** A price as the form holds it, and what the server takes. Amounts stay texts. */

import { BUCKETS, type Bucket, type Fee, FEES, type Price, type PriceRate } from "../types.ts";

export interface Draft {
  provider: string;
  model: string;
  tier: string;
  project: string;
  valid_from: string;
  note: string;
  /** In percent. */
  discount: string;
  rates: Partial<Record<Bucket, string>>;
  fees: Partial<Record<Fee, string>>;
}

/** The buckets that nearly every price has. */
export const USUAL: readonly Bucket[] = ["uncached", "cache_read", "cache_write_5m", "text_out"];

export type Fault = "model" | "amount" | "discount" | "discount.alone" | "nothing";

export function emptyDraft(of: Partial<Draft> = {}): Draft {
  return {
    provider: "",
    model: "",
    tier: "",
    project: "",
    valid_from: "",
    note: "",
    discount: "",
    rates: {},
    fees: {},
    ...of,
  };
}

/** The draft that a price of one's own would be changed from. */
export function draftOf(price: Price): Draft {
  const rates: Draft["rates"] = {};
  for (const bucket of BUCKETS) {
    const rate = price.rates[bucket];
    if (rate !== undefined) rates[bucket] = rateText(rate);
  }
  return emptyDraft({
    provider: price.provider,
    model: price.model,
    tier: price.tier,
    project: price.project,
    valid_from: price.valid_from?.slice(0, 10) ?? "",
    note: price.note,
    discount: Number(price.discount) ? percentOf(price.discount) : "",
    rates,
    fees: { ...price.fees },
  });
}

/** 2.5, or 1.25 and 2.5 from 200000 tokens on: "1.25; 200000: 2.5". */
export function rateText(rate: PriceRate): string {
  if (typeof rate === "string") return rate;
  return rate.map((part) => (typeof part === "string" ? part : part.join(": "))).join("; ");
}

/** Reads what `rateText` writes; null is no rate. A comma may stand for the point. */
export function readRate(text: string): PriceRate | null {
  const [base = "", ...steps] = text.split(";").map((part) => part.trim());
  const first = readAmount(base);
  if (first === null) return null;
  const read: [number, string][] = [];
  for (const step of steps) {
    const [from = "", dearer = ""] = step.split(":").map((part) => part.trim());
    const amount = readAmount(dearer);
    if (!/^\d{1,12}$/.test(from) || amount === null) return null;
    read.push([Number(from), amount]);
  }
  return read.length ? [first, ...read] : first;
}

export function readAmount(text: string): string | null {
  const amount = text.trim().replace(",", ".");
  return /^\d{1,9}(\.\d{1,12})?$/.test(amount) ? amount : null;
}

/** The first thing wrong with each field; empty when it may be sent. */
export function faults(draft: Draft): Map<string, Fault> {
  const found = new Map<string, Fault>();
  if (!draft.model.trim()) found.set("model", "model");
  for (const bucket of BUCKETS) {
    const text = draft.rates[bucket]?.trim();
    if (text && readRate(text) === null) found.set(`rates.${bucket}`, "amount");
  }
  for (const fee of FEES) {
    const text = draft.fees[fee]?.trim();
    if (text && readAmount(text) === null) found.set(`fees.${fee}`, "amount");
  }
  const amounts = [...Object.values(draft.rates), ...Object.values(draft.fees)].some((text) => text.trim());
  const discount = draft.discount.trim();
  if (discount) {
    const share = readAmount(discount);
    if (share === null || Number(share) <= 0 || Number(share) > 100) found.set("discount", "discount");
    else if (amounts) found.set("discount", "discount.alone");
  } else if (!amounts) found.set("rates.uncached", "nothing");
  return found;
}

/** What the server takes. Only for a draft without faults. */
export function sent(draft: Draft): Record<string, unknown> {
  const rates: Record<string, PriceRate> = {};
  for (const bucket of BUCKETS) {
    const rate = readRate(draft.rates[bucket] ?? "");
    if (rate !== null) rates[bucket] = rate;
  }
  const fees: Record<string, string> = {};
  for (const fee of FEES) {
    const amount = readAmount(draft.fees[fee] ?? "");
    if (amount !== null) fees[fee] = amount;
  }
  const said: Record<string, unknown> = { model: draft.model.trim() };
  for (const name of ["provider", "tier", "project", "valid_from", "note"] as const)
    if (draft[name].trim()) said[name] = draft[name].trim();
  const discount = readAmount(draft.discount);
  if (discount !== null) said.discount = hundredth(discount);
  if (Object.keys(rates).length) said.rates = rates;
  if (Object.keys(fees).length) said.fees = fees;
  return said;
}

/** 15 → 0.15, exactly. */
export function hundredth(text: string): string {
  const [whole = "0", part = ""] = text.split(".");
  const digits = whole.padStart(3, "0");
  return trimmed(`${digits.slice(0, -2)}.${digits.slice(-2)}${part}`);
}

/** 0.15 → 15, exactly. */
export function percentOf(text: string): string {
  const [whole = "0", part = ""] = text.split(".");
  const digits = part.padEnd(2, "0");
  return trimmed(`${whole}${digits.slice(0, 2)}.${digits.slice(2)}`);
}

function trimmed(text: string): string {
  const [whole = "0", part = ""] = text.split(".");
  const short = part.replace(/0+$/, "");
  return (whole.replace(/^0+(?=\d)/, "") || "0") + (short ? `.${short}` : "");
}
