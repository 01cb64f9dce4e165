/** Fills the blanks of a text. */

import { integer, type Language } from "./format.ts";

const plurals = { en: new Intl.PluralRules("en"), fr: new Intl.PluralRules("fr") };

export function fill(template: string, values: Record<string, string | number>, language: Language): string {
  const count = values.n;
  const forms = template.split("|");
  const form =
    forms.length > 1 && typeof count === "number" && plurals[language].select(count) !== "one"
      ? (forms[1] as string)
      : (forms[0] as string);
  return form.replace(/\{(\w+)\}/g, (blank, name: string) => {
    const value = values[name];
    if (value === undefined) return blank;
    return typeof value === "number" ? integer(value, language) : value;
  });
}
