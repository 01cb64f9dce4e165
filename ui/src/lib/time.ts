/** Spans of time: what the address says, and what it means now. */

export const PRESETS = {
  "15m": 15 * 60,
  "1h": 3600,
  "6h": 6 * 3600,
  "24h": 86400,
  "7d": 7 * 86400,
  "30d": 30 * 86400,
  "90d": 90 * 86400,
} as const;
export type Preset = keyof typeof PRESETS;
export const DEFAULT_PRESET: Preset = "24h";

/** Either the last so many seconds, or two fixed ends in milliseconds. */
export type Span = { preset: Preset } | { since: number; until: number };

export function readSpan(parameters: URLSearchParams): Span {
  const since = moment(parameters.get("since"));
  const until = moment(parameters.get("until"));
  if (since !== null && until !== null && since < until) return { since, until };
  const preset = parameters.get("range");
  return { preset: preset !== null && Object.hasOwn(PRESETS, preset) ? (preset as Preset) : DEFAULT_PRESET };
}

/** The ends of a span, in milliseconds; a preset ends now. */
export function endsOf(span: Span, now: number): { since: number; until: number } {
  if ("since" in span) return span;
  return { since: now - PRESETS[span.preset] * 1000, until: now };
}

/** ISO-8601 or epoch milliseconds; null when it is neither. */
export function moment(text: string | null): number | null {
  if (!text) return null;
  const value = /^\d{9,}$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isFinite(value) ? value : null;
}

/** The server's times have microseconds, Date has not: seconds as a float, with them. */
export function seconds(iso: string): number {
  const whole = Date.parse(iso);
  const micros = /\.\d{3}(\d{1,6})/.exec(iso);
  return whole / 1000 + (micros ? Number(`0.000${micros[1]}`) : 0);
}

/** What <input type="datetime-local"> shows for a moment, in the viewer's zone. */
export function localInput(at: number): string {
  const date = new Date(at);
  return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
