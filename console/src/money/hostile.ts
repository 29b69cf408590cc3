/** Names that others chose, shown so that they can deceive nobody. */

const MOST = 60;
// Bidirectional controls, zero-width letters, and all that is no letter of a line: what is not seen changes what is.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\ufff0-\uffff]/gu;
const MARKS = /\p{M}{3,}/gu;

/** A name without letters that are not seen, cut where it is too long. */
export function safeName(given: string): string {
  const plain = given.slice(0, 4 * MOST).replace(UNSEEN, "").replace(MARKS, "").trim();
  const letters = Array.from(plain);
  if (letters.length === 0) return given === "" ? "" : "(unreadable name)";
  return letters.length > MOST ? `${letters.slice(0, MOST).join("")}…` : plain;
}

/** Whether a name mixes alphabets in one word, as names do that imitate another (`UЅDC`). */
export function imitates(given: string): boolean {
  return given.split(/[^\p{L}]+/u).some((word) => {
    const scripts = [/\p{Script=Latin}/u, /\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Cherokee}/u].filter((one) => one.test(word));
    return scripts.length > 1;
  });
}

/** An address by its ends and a middle, so that two with the same ends differ. */
export function shortAddress(given: string): string {
  return given.length > 22 ? `${given.slice(0, 8)}…${given.slice(19, 23)}…${given.slice(-6)}` : given;
}
