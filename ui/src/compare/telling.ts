/** Measures and their differences in words of the viewer's language. */

import { axisOf, decimalOf, extent, whisker, type Whisker } from "../lib/compared.ts";
import type { ComparedEstimate, ComparedMeasure } from "../types.ts";
import { t, write } from "../words/index.ts";

/** A value in its unit; a dash for what is not known. */
export function valueOf(of: ComparedEstimate, unit: ComparedMeasure["unit"]): string {
  if (of.value === null) return "–";
  switch (unit) {
    case "money":
      return write.money(of.exact ?? decimalOf(of.value));
    case "seconds":
      return write.duration(of.value);
    case "share":
      return write.percent(of.value);
    case "tokens":
      return write.mean(of.value);
    default:
      return write.score(of.value);
  }
}

/** Two digits that count, or three above a tenth: no interval is surer than that. */
function rounded(value: number): number {
  return Number(value.toPrecision(Math.abs(value) >= 0.1 ? 2 : 1));
}

/** The size of a difference on the axis of its measure. */
export function sizeOf(value: number, measure: ComparedMeasure): string {
  switch (axisOf(measure)) {
    case "share":
      return write.percent(rounded(value));
    case "points":
      return t("compare.points", { n: write.mean(Number((value * 100).toFixed(1))) });
    default:
      return write.score(value);
  }
}

/** The same with its sign. */
export function signed(value: number, measure: ComparedMeasure): string {
  const size = sizeOf(Math.abs(value), measure);
  return value < 0 ? `−${size}` : value > 0 ? `+${size}` : size;
}

/** What may be said of a difference: "12 % to 31 % lower". */
export function told(measure: ComparedMeasure): string {
  const drawn = whisker(measure);
  if (measure.verdict === "too_few" || !drawn) return t("compare.too_few");
  if (measure.verdict === "unclear") {
    if (drawn.low === 0 && drawn.high === 0) return t("compare.unclear.none");
    if (drawn.high === Infinity) return t("compare.unclear.open", { low: signed(drawn.low, measure) });
    return t("compare.unclear", { low: signed(drawn.low, measure), high: signed(drawn.high, measure) });
  }
  return clearly(measure, drawn);
}

function clearly(measure: ComparedMeasure, drawn: Whisker): string {
  const { ratio } = measure;
  if (axisOf(measure) === "share" && ratio.low !== null && ratio.high !== null && ratio.low >= 2)
    return t("compare.times", { low: write.mean(ratio.low), high: write.mean(ratio.high) });
  const [low, high] = extent(drawn).map((end) => (Number.isFinite(end) ? sizeOf(end, measure) : "")) as [
    string,
    string,
  ];
  if (!high) return t("compare.higher.open", { low });
  if (measure.verdict === "more")
    return low === high ? t("compare.higher.same", { high }) : t("compare.higher", { low, high });
  return low === high ? t("compare.lower.same", { high }) : t("compare.lower", { low, high });
}
