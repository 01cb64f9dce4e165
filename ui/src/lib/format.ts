/** Numbers as people of one language write them. Money never passes through a float. */

export type Language = "en" | "fr";

const made = new Map<string, Intl.NumberFormat>();

function formatter(language: Language, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = language + JSON.stringify(options);
  let found = made.get(key);
  if (!found) {
    found = new Intl.NumberFormat(language, options);
    made.set(key, found);
  }
  return found;
}

// Intl reads a numeric string exactly; the cast says so to TypeScript.
const exactly = (text: string) => text as Intl.StringNumericLiteral;

const HOME = "USD";

const inMoney = (currency: string) =>
  ({ style: "currency", currency, currencyDisplay: "narrowSymbol" }) as const;

/** A currency that Intl can write, else dollars: an address may hold anything. */
export function currencyOf(text: string | null): string {
  return text && /^[A-Z]{3}$/.test(text) ? text : HOME;
}

/** $12,345.67, $0.0120, and as many places as a smaller amount needs to say something. */
export function money(text: string, language: Language, currency = HOME): string {
  const size = Math.abs(Number(text));
  if (size === 0 || size >= 1)
    return formatter(language, {
      ...inMoney(currency),
      minimumFractionDigits: 2,
      maximumFractionDigits: 2,
    }).format(exactly(text));
  if (size >= 0.01)
    return formatter(language, {
      ...inMoney(currency),
      minimumFractionDigits: 4,
      maximumFractionDigits: 4,
    }).format(exactly(text));
  const places = Math.min(18, 1 - Math.floor(Math.log10(size)));
  return formatter(language, {
    ...inMoney(currency),
    minimumFractionDigits: Math.min(4, places),
    maximumFractionDigits: places,
  }).format(exactly(text));
}

/** An amount on an axis: $0.2, no more places than it has. */
export function tickMoney(value: number, language: Language, currency = HOME): string {
  return formatter(language, {
    ...inMoney(currency),
    minimumFractionDigits: 0,
    maximumSignificantDigits: 3,
  }).format(value);
}

/** All its digits. */
export function wholeMoney(text: string, language: Language, currency = HOME): string {
  return formatter(language, {
    ...inMoney(currency),
    minimumFractionDigits: 2,
    maximumFractionDigits: 18,
  }).format(exactly(text));
}

/** 12,345 */
export function integer(value: number, language: Language): string {
  return formatter(language, { maximumFractionDigits: 0 }).format(value);
}

/** 12,345 up to there, then 1.23M. */
export function short(value: number, language: Language): string {
  if (Math.abs(value) < 10_000)
    return formatter(language, { maximumFractionDigits: Math.abs(value) < 10 ? 1 : 0 }).format(value);
  return formatter(language, { notation: "compact", maximumSignificantDigits: 3 }).format(value);
}

/** A mean of tokens: 35.7, 1,204. */
export function mean(value: number, language: Language): string {
  return formatter(language, { maximumFractionDigits: Math.abs(value) < 100 ? 1 : 0 }).format(value);
}

/** A score, or the mean of some: 0.83, 4.5. */
export function score(value: number, language: Language): string {
  return formatter(language, {
    maximumFractionDigits: Math.abs(value) < 0.01 ? 3 : Math.abs(value) < 10 ? 2 : 1,
  }).format(value);
}

/** 98.2 %. Never 100 % nor 0 % unless it is all or nothing. */
export function percent(share: number, language: Language): string {
  const kept = share > 0.9995 && share < 1 ? 0.999 : share > 0 && share < 0.0005 ? 0.001 : share;
  return formatter(language, { style: "percent", maximumFractionDigits: 1 }).format(kept);
}

/** 12 ms, 1.24 s, 2 min 05 s, 1 h 02 min. */
export function duration(value: number, language: Language): string {
  if (value < 0) return `−${duration(-value, language)}`;
  if (value === 0) return "0 s";
  if (value < 0.001) return "<1 ms";
  if (value < 0.9995) return `${formatter(language, { maximumFractionDigits: 0 }).format(value * 1000)} ms`;
  if (value < 59.95)
    return `${formatter(language, { minimumFractionDigits: value < 10 ? 2 : 1, maximumFractionDigits: value < 10 ? 2 : 1 }).format(value)} s`;
  const all = Math.round(value);
  if (all < 3600) return `${Math.floor(all / 60)} min ${String(all % 60).padStart(2, "0")} s`;
  return `${Math.floor(all / 3600)} h ${String(Math.floor((all % 3600) / 60)).padStart(2, "0")} min`;
}

/** A round duration on an axis: 2 s, 500 ms. */
export function tickDuration(value: number, language: Language): string {
  if (value === 0) return "0";
  if (value >= 60 && value < 3600 && value % 60 === 0) return `${value / 60} min`;
  if (value >= 3600 && value % 3600 === 0) return `${formatter(language, {}).format(value / 3600)} h`;
  if (value >= 60) return duration(value, language);
  const [amount, unit] = value < 1 ? [value * 1000, "ms"] : [value, "s"];
  return `${formatter(language, { maximumSignificantDigits: 3 }).format(amount)} ${unit}`;
}

/** 1.2 kB */
export function size(bytes: number, language: Language): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  let at = 0;
  let value = bytes;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return formatter(language, {
    style: "unit",
    unit: units[at] as string,
    unitDisplay: "short",
    maximumFractionDigits: value < 10 && at > 0 ? 1 : 0,
  }).format(value);
}

/** How much more or less than before, as a share; null when before says nothing. */
export function change(now: number | null, before: number | null): number | null {
  if (now === null || before === null || before === 0) return null;
  return (now - before) / before;
}

/** +12 %, −3.4 %, ×8. */
export function delta(share: number, language: Language): string {
  if (share >= 4) return `×${formatter(language, { maximumFractionDigits: 0 }).format(share + 1)}`;
  const digits = Math.abs(share) < 0.1 ? 1 : 0;
  return formatter(language, {
    style: "percent",
    maximumFractionDigits: digits,
    signDisplay: "exceptZero",
  }).format(share);
}

const dates = new Map<string, Intl.DateTimeFormat>();

function dateFormatter(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  let found = dates.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(language, { hourCycle: "h23", ...options });
    dates.set(key, found);
  }
  return found;
}

/** 24 Nov, 13:05:07, with the day only when it is not today's. */
export function clock(at: number, language: Language, now: number): string {
  const today = new Date(at).toDateString() === new Date(now).toDateString();
  const time = { hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
  return dateFormatter(language, today ? time : { day: "numeric", month: "short", ...time }).format(at);
}

/** 24 Nov 2026, 13:05:07.123 GMT+1 */
export function fullTime(at: number, language: Language): string {
  return dateFormatter(language, {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    timeZoneName: "short",
  }).format(at);
}

/** 24 Nov 2026, of a day without a time; what is none stays as it is. */
export function wholeDay(text: string, language: Language): string {
  const at = Date.parse(`${text.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(at)) return text;
  return dateFormatter(language, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(
    at,
  );
}

/** November 2026 */
export function monthName(at: number, language: Language): string {
  return dateFormatter(language, { month: "long", year: "numeric" }).format(at);
}

/** 30 Nov */
export function dayOf(at: number, language: Language): string {
  return dateFormatter(language, { day: "numeric", month: "short" }).format(at);
}

/** +$41.20, −12: a change, whose sign is written even when it is a rise. */
export function signed(text: string, written: string): string {
  return text.startsWith("-") ? written.replace("-", "−") : `+${written}`;
}

/** The label of a bucket of time that lasts `step` seconds. */
export function bucketTime(at: number, step: number, language: Language): string {
  if (step >= 86400)
    return dateFormatter(language, { weekday: "short", day: "numeric", month: "short" }).format(at);
  return dateFormatter(language, {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    ...(step < 60 ? { second: "2-digit" } : {}),
  }).format(at);
}

/** The label of a tick: the day when it opens one, else the time. */
export function tick(at: number, gap: number, language: Language): string {
  const date = new Date(at);
  const midnight = date.getHours() === 0 && date.getMinutes() === 0;
  if (gap >= 86400 || midnight) return dateFormatter(language, { day: "numeric", month: "short" }).format(at);
  return dateFormatter(language, {
    hour: "2-digit",
    minute: "2-digit",
    ...(gap < 60 ? { second: "2-digit" } : {}),
  }).format(at);
}

/** 3 minutes ago */
export function ago(at: number, now: number, language: Language): string {
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "long" });
  const past = (at - now) / 1000;
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
  ];
  for (const [unit, length] of steps)
    if (Math.abs(past) >= length) return relative.format(Math.round(past / length), unit);
  return relative.format(Math.round(past), "second");
}

/** The beginning of a long text, in whole lines. */
export function firstLines(text: string, most = 3): string {
  const lines = text.trim().split(/\r?\n/);
  return lines.length > most ? `${lines.slice(0, most).join("\n")} …` : lines.join("\n");
}
