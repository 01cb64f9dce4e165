/** Which keys mean what. One letter, or g and a letter. */

/** Whether the key is meant for what has the focus, not for the page. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** Reads keys one by one: gives "g r" when r follows g within a second, else the key itself. */
export class Chords {
  private first = "";
  private at = 0;

  read(key: string, now: number): string {
    const chord = this.first && now - this.at < 1000 ? `${this.first} ${key}` : key;
    this.first = key === "g" ? key : "";
    this.at = now;
    return chord;
  }
}
