/** The menu, in order, in its three parts. `key` follows g. */

import type { Word } from "./words/index.ts";

export interface Entry {
  page: string;
  word: Word;
  icon: string;
  key: string;
}

const LOOK: readonly Entry[] = [
  { page: "overview", word: "nav.overview", icon: "overview", key: "o" },
  { page: "runs", word: "nav.runs", icon: "runs", key: "r" },
  { page: "sessions", word: "nav.sessions", icon: "sessions", key: "s" },
  { page: "users", word: "nav.users", icon: "users", key: "u" },
  { page: "models", word: "nav.models", icon: "llm", key: "m" },
  { page: "prompts", word: "nav.prompts", icon: "prompt", key: "p" },
];
const ASK: readonly Entry[] = [
  { page: "explore", word: "nav.explore", icon: "explore", key: "e" },
  { page: "compare", word: "nav.compare", icon: "compare", key: "c" },
];
const SET: readonly Entry[] = [
  { page: "prices", word: "nav.prices", icon: "price", key: "b" },
  { page: "connect", word: "nav.connect", icon: "connect", key: "a" },
  { page: "keys", word: "nav.keys", icon: "keys", key: "k" },
];

export const PARTS: readonly (readonly Entry[])[] = [LOOK, ASK, SET];
export const MENU: readonly Entry[] = PARTS.flat();
