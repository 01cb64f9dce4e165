/** The menu, in order. `key` follows g. */

import type { Word } from "./words/index.ts";

export interface Entry {
  page: string;
  word: Word;
  icon: string;
  key: string;
}

export const MENU: readonly Entry[] = [
  { page: "overview", word: "nav.overview", icon: "overview", key: "o" },
  { page: "runs", word: "nav.runs", icon: "runs", key: "r" },
  { page: "prices", word: "nav.prices", icon: "price", key: "m" },
  { page: "connect", word: "nav.connect", icon: "connect", key: "c" },
  { page: "keys", word: "nav.keys", icon: "keys", key: "k" },
];
