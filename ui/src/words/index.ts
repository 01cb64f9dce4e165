/** Every text of the dashboard, by key. `{n}` chooses between "one|many" and is written in full. */

import * as format from "../lib/format.ts";
import { preferences, systemLanguage } from "../preferences.svelte.ts";
import { address } from "../router.svelte.ts";
import { fill } from "../lib/words.ts";
import type english from "./en.ts";

export type Word = keyof typeof english;
type Words = Record<Word, string>;

const FILES: Record<format.Language, () => Promise<{ default: Words }>> = {
  en: () => import("./en.ts"),
  fr: () => import("./fr.ts"),
};
const words: Partial<Record<format.Language, Words>> = {};

/** Fetches the texts of a language, unless they are here. To be awaited before anything is written in it. */
export async function load(language: format.Language): Promise<void> {
  words[language] ??= (await FILES[language]()).default;
}

/** Goes on in another language; null: in the system's. */
export async function speak(language: format.Language | null): Promise<void> {
  await load(language ?? systemLanguage());
  preferences.setLanguage(language);
}

export function t(word: Word, values: Record<string, string | number> = {}): string {
  return fill(words[preferences.language]?.[word] ?? word, values, preferences.language);
}

/** The word for a value that the server names, itself when there is none: roles, kinds, statuses. */
export function named(group: string, value: string): string {
  const word = `${group}.${value}`;
  return Object.hasOwn(words[preferences.language] ?? {}, word) ? t(word as Word) : value;
}

const IN_CURRENCY = ["overview", "runs", "sessions", "users", "models", "prompts", "compare", "explore"];

/** The currency of the page's amounts: what a run, a trace or a session cost is always told in dollars. */
function shown(): string {
  const isChosen = IN_CURRENCY.includes(address.page) && !(address.page === "sessions" && address.of);
  return format.currencyOf(isChosen ? address.parameters.get("currency") : null);
}

/** The formats of lib/format.ts in the viewer's language. */
export const write = {
  money: (text: string, currency = shown()) => format.money(text, preferences.language, currency),
  tickMoney: (value: number) => format.tickMoney(value, preferences.language, shown()),
  wholeMoney: (text: string, currency = shown()) => format.wholeMoney(text, preferences.language, currency),
  integer: (value: number) => format.integer(value, preferences.language),
  short: (value: number) => format.short(value, preferences.language),
  mean: (value: number) => format.mean(value, preferences.language),
  score: (value: number) => format.score(value, preferences.language),
  percent: (share: number) => format.percent(share, preferences.language),
  duration: (value: number) => format.duration(value, preferences.language),
  tickDuration: (value: number) => format.tickDuration(value, preferences.language),
  size: (bytes: number) => format.size(bytes, preferences.language),
  delta: (share: number) => format.delta(share, preferences.language),
  clock: (at: number) => format.clock(at, preferences.language, Date.now()),
  fullTime: (at: number) => format.fullTime(at, preferences.language),
  bucketTime: (at: number, step: number) => format.bucketTime(at, step, preferences.language),
  signed: format.signed,
  minute: (at: number) => format.bucketTime(at, 60, preferences.language),
  month: (at: number) => format.monthName(at, preferences.language),
  dayOf: (at: number) => format.dayOf(at, preferences.language),
  day: (day: string) => format.wholeDay(day, preferences.language),
  tick: (at: number, gap: number) => format.tick(at, gap, preferences.language),
  ago: (at: number) => format.ago(at, Date.now(), preferences.language),
};

/** Where the viewer's clock stands: Europe/Paris. */
export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
