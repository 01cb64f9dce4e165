/** Exact sums and products of the decimal strings that the server calls money. */

interface Exact {
  digits: bigint;
  places: number;
}

function exact(text: string): Exact {
  const found = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!found) throw new Error(`Not a decimal: ${text}`);
  const fraction = found[3] ?? "";
  const digits = BigInt(found[2] + fraction);
  return { digits: found[1] ? -digits : digits, places: fraction.length };
}

function scaled(value: Exact, places: number): bigint {
  return value.digits * 10n ** BigInt(places - value.places);
}

function written({ digits, places }: Exact): string {
  const sign = digits < 0n ? "-" : "";
  const all = (digits < 0n ? -digits : digits).toString().padStart(places + 1, "0");
  const fraction = all.slice(all.length - places).replace(/0+$/, "");
  const whole = places ? all.slice(0, -places) : all;
  return sign + whole + (places && fraction ? `.${fraction}` : "");
}

/** The sum of what is known; null when nothing is. */
export function sum(values: Iterable<string | null>): string | null {
  let total: Exact | null = null;
  for (const text of values) {
    if (text === null) continue;
    const one = exact(text);
    if (total === null) total = one;
    else {
      const places = Math.max(total.places, one.places);
      total = { digits: scaled(total, places) + scaled(one, places), places };
    }
  }
  return total && written(total);
}

/** Negative, zero or positive, as a sort wants it. */
export function compare(left: string, right: string): number {
  const [a, b] = [exact(left), exact(right)];
  const places = Math.max(a.places, b.places);
  const difference = scaled(a, places) - scaled(b, places);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Good enough for the height of a bar, never for a figure. */
export function approximate(text: string | null): number | null {
  return text === null ? null : Number(text);
}
