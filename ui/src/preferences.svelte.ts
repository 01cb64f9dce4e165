/** What the viewer chose and this browser remembers. Storage may be refused: then nothing is kept. */

import type { Language } from "./lib/format.ts";

export type Theme = "system" | "light" | "dark";

export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(`econome.${key}`);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`econome.${key}`);
    else localStorage.setItem(`econome.${key}`, value);
  } catch {
    // A private window: the choice lasts as long as the page.
  }
}

export function systemLanguage(): Language {
  const wanted = navigator.languages.find((tag) => /^(en|fr)\b/.test(tag));
  return wanted?.startsWith("fr") ? "fr" : "en";
}

function known<T extends string>(value: string | null, among: readonly T[]): T | null {
  return among.find((one) => one === value) ?? null;
}

const darkness = matchMedia("(prefers-color-scheme: dark)");

class Preferences {
  theme = $state<Theme>(known(remembered("theme"), ["light", "dark"]) ?? "system");
  chosenLanguage = $state<Language | null>(known(remembered("language"), ["en", "fr"]));
  private systemDark = $state(darkness.matches);

  constructor() {
    darkness.addEventListener("change", () => (this.systemDark = darkness.matches));
    this.apply();
  }

  get language(): Language {
    return this.chosenLanguage ?? systemLanguage();
  }

  get dark(): boolean {
    return this.theme === "system" ? this.systemDark : this.theme === "dark";
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    remember("theme", theme === "system" ? null : theme);
    this.apply();
  }

  setLanguage(language: Language | null): void {
    this.chosenLanguage = language;
    remember("language", language);
    this.apply();
  }

  private apply(): void {
    const root = document.documentElement;
    root.lang = this.language;
    if (this.theme === "system") delete root.dataset.theme;
    else root.dataset.theme = this.theme;
  }
}

export const preferences = new Preferences();
