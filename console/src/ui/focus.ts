/** Which row of a table holds the focus, for when other elements take the place of its rows. */

import type { FocusEvent } from "react";

interface Focus {
  /** The row's place among all rows, from 0 on. */
  row: number;
  /** Which of those in the row that take the focus, from 0 on. */
  nth: number;
}

const TAKES = "a[href], button, input, select, textarea, summary, [tabindex]";
const taking = (row: Element): HTMLElement[] => [...row.querySelectorAll<HTMLElement>(TAKES)];

export function focusOf(target: EventTarget): Focus | null {
  const row = target instanceof Element ? target.closest<HTMLElement>("tr[data-index]") : null;
  if (row === null) return null;
  return { row: Number(row.dataset["index"]), nth: taking(row).indexOf(target as HTMLElement) };
}

/** Give the focus to the same part of the row; whether it is drawn. */
function giveFocus(body: HTMLElement, { row, nth }: Focus): boolean {
  const element = body.querySelector(`tr[data-index="${String(row)}"]`);
  if (element === null) return false;
  taking(element)[nth]?.focus({ preventScroll: true });
  return true;
}

/** Remembers what holds the focus. React tells nobody of elements that it takes away: what they held stays known. */
export class FocusMemory {
  #at: Focus | null = null;

  /** Spread over the body of rows. */
  readonly heard = {
    onFocus: (event: FocusEvent): void => void (this.#at = focusOf(event.target)),
    onBlur: (): void => void (this.#at = null),
  };

  row(): number | null {
    return this.#at?.row ?? null;
  }

  /** Give it to those that took the place, once the row is drawn. */
  giveTo(body: HTMLElement | null): void {
    if (body !== null && this.#at !== null && giveFocus(body, this.#at)) this.#at = null;
  }
}
